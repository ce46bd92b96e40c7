package io.agentruntime.examples.service.cluster;

import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.RecordedFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Who drives which agent, as the gateway's record has it. */
final class Drivers implements AutoCloseable {

    private static final Pattern BY = Pattern.compile("\"by\":\"([^\"]+)\"");

    private final EmbeddedGateway gateway;
    private final Map<String, String> latest = new ConcurrentHashMap<>();
    private final Flux<RecordedFrame> frames;
    private final Disposable following;

    Drivers(EmbeddedGateway gateway) {
        this.gateway = gateway;
        this.frames = gateway.frameStream().doOnNext(this::note).publish().refCount(1);
        this.following = frames.subscribe();
    }

    private void note(RecordedFrame frame) {
        String by = by(frame);
        if (!by.isEmpty()) {
            latest.put(frame.agentId(), by);
        }
    }

    private static String by(RecordedFrame frame) {
        Matcher by = BY.matcher(frame.text());
        return frame.type().equals(BusyAgents.WORK) && by.find() ? by.group(1) : "";
    }

    /** How many agents each process drove last. */
    Map<String, Integer> counts() {
        Map<String, Integer> counts = new TreeMap<>();
        latest.values().forEach(by -> counts.merge(by, 1, Integer::sum));
        return counts;
    }

    List<String> drivenBy(ServiceProcess process) {
        return latest.entrySet().stream()
                .filter(entry -> entry.getValue().equals(process.name))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Waits until the frames that came in so far make something true; returns how long that took. */
    Duration await(String what, Duration limit, BooleanSupplier condition) {
        long began = System.nanoTime();
        frames.map(frame -> condition.getAsBoolean())
                .filter(fulfilled -> fulfilled)
                .next()
                .timeout(limit)
                .onErrorMap(error -> new AssertionError(
                        "Not within " + limit.toSeconds() + " s: " + what + ". The agents' drivers: " + counts(),
                        error))
                .block();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** Waits until nobody has said anything for three seconds, and forgets who drove what; returns how long that took. */
    Duration silence(Duration limit) {
        long began = System.nanoTime();
        frames.filter(frame -> !by(frame).isEmpty())
                .timeout(Duration.ofSeconds(3), Flux.empty())
                .takeUntilOther(Mono.delay(limit).then(Mono.error(new AssertionError("Agents go on for " + limit))))
                .blockLast();
        latest.clear();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /**
     * What speaks against each agent's having been driven by one process at a time: a frame of any kind, a ping or a goodbye
     * too, that came over a socket when another process had spoken over a newer one.
     */
    List<String> overlaps() {
        List<RecordedFrame> record = gateway.frames();
        Map<Integer, String> driver = new HashMap<>();
        record.stream().filter(frame -> !by(frame).isEmpty()).forEach(frame -> driver.put(frame.socket(), by(frame)));
        Map<String, Integer> newest = new HashMap<>();
        List<String> overlaps = new ArrayList<>();
        for (RecordedFrame frame : record) {
            int socket = newest.merge(frame.agentId(), frame.socket(), Math::max);
            if (frame.socket() < socket) {
                overlaps.add(frame.at() + " " + frame.agentId() + ": " + frame.kind() + " " + frame.type() + " of "
                        + driver.get(frame.socket()) + " after " + driver.get(socket) + " had begun");
            }
        }
        return overlaps;
    }

    @Override
    public void close() {
        following.dispose();
    }
}
