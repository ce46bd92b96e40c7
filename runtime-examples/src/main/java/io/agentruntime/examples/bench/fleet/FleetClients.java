package io.agentruntime.examples.bench.fleet;

import io.agentruntime.examples.bench.Parent;
import io.agentruntime.examples.bench.Report;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.HttpOptions;
import io.agentruntime.http.ReactorHttpExchange;
import io.agentruntime.net.NetOptions;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.WebSocketConnector;
import io.agentruntime.transport.WebSocketOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Many runtimes in one process. What one of them would have for itself they share: event loops (by default), one HTTP pool
 * with room for all of them to wait in, one scheduler for timers and delivery.
 */
final class FleetClients {

    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int CONNECTING_AT_ONCE = 256;

    private final String url;
    private final Scheduler scheduler = Schedulers.parallel();
    private final HttpOptions http;
    private final HttpExchange exchange;
    private final PipeConnector pipes;
    private final List<Member> members = new ArrayList<>();
    private final long heapBefore;

    private FleetClients(String url, int expected) {
        this.url = url;
        this.http = HttpOptions.builder()
                .maxConnections(64)
                .maxPendingRequests(2 * expected)
                .pendingTimeout(Duration.ofMinutes(1))
                .build();
        NetOptions net = NetOptions.defaults();
        this.exchange = ReactorHttpExchange.create(net, http, scheduler);
        this.pipes = WebSocketConnector.of(net, WebSocketOptions.defaults(), scheduler);
        this.heapBefore = liveHeap();
    }

    /** Arguments: the gateway's address, how many runtimes there will be. */
    public static void main(String[] args) {
        FleetClients fleet = new FleetClients(args[0], Integer.parseInt(args[1]));
        Parent.obey(fleet::obey);
    }

    private void obey(String command) {
        String[] words = command.split(" ", -1);
        switch (words[0]) {
            case "agent" -> members.add(member(words[1], words[2]));
            case "connect" -> connect();
            case "hear" -> hear(Integer.parseInt(words[1]));
            case "measure" -> measure();
            case "close" -> close();
            default -> throw new IllegalArgumentException("Unknown command: " + words[0]);
        }
    }

    private Member member(String apiKey, String channel) {
        NookplotRuntime runtime = NookplotRuntime.builder()
                .gatewayUrl(url)
                .apiKey(apiKey)
                .autoSubscribe(false)
                .transport(exchange, pipes)
                .http(options -> options.requestTimeout(Duration.ofMinutes(1)))
                .timer(scheduler)
                .streams(StreamOptions.defaults().withDeliverOn(scheduler))
                .build();
        return new Member(runtime, channel);
    }

    private void connect() {
        Flux.fromIterable(members).flatMap(Member::connect, CONNECTING_AT_ONCE).blockLast(LIMIT);
        Report.of("connected").send();
    }

    /** Waits until every runtime has heard the last message, or nothing changes any more. */
    private void hear(int posted) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (members.stream().anyMatch(member -> member.last() < posted) && System.nanoTime() < end) {
            pause(POLL);
        }
        Report.of("heard")
                .with("lost", sum(member -> member.lost(posted)))
                .with("wrong", sum(Member::wrong))
                .with("gaps", sum(Member::gaps))
                .send();
    }

    private int sum(ToIntFunction<Member> value) {
        return members.stream().mapToInt(value).sum();
    }

    private void measure() {
        Report.of("measured")
                .with("heap", liveHeap() - heapBefore)
                .with("threads", threads())
                .with("javaThreads", ManagementFactory.getThreadMXBean().getThreadCount())
                .send();
    }

    /** After full collections: the second one has what the first one's reference handling let go. */
    private static long liveHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
            pause(Duration.ofMillis(200));
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Those of the operating system, the JVM's own included, where it tells; otherwise those of Java. */
    private static long threads() {
        Path tasks = Path.of("/proc/self/task");
        if (!Files.isDirectory(tasks)) {
            return ManagementFactory.getThreadMXBean().getThreadCount();
        }
        try (Stream<Path> entries = Files.list(tasks)) {
            return entries.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void close() {
        Flux.fromIterable(members).flatMap(Member::close, CONNECTING_AT_ONCE).blockLast(LIMIT);
        Report.of("closed").send();
    }

    private static void pause(Duration length) {
        try {
            Thread.sleep(length.toMillis());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
