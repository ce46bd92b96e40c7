package io.agentruntime.micrometer;

import io.agentruntime.stream.StreamKind;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The meters of all runtimes of one protocol that share a telemetry. What comes for every message goes into plain sums, which
 * the registry reads when it is scraped.
 */
final class RuntimeMeters {

    static final String PREFIX = "agentruntime.";

    /** The state of a runtime that was just built. */
    static final String FIRST_STATE = "disconnected";

    private static final List<String> STATES =
            List.of(FIRST_STATE, "connecting", "connected", "reconnecting", "failed");

    final LongAdder messagesReceived = new LongAdder();
    final LongAdder bytesReceived = new LongAdder();
    final LongAdder messagesSent = new LongAdder();
    final LongAdder bytesSent = new LongAdder();
    final Timer attemptsOpened;
    final Timer attemptsFailed;
    final Timer sessionsLost;
    final Timer sessionsClosed;
    final Timer heartbeats;
    final Timer rateLimited;

    private final MeterRegistry registry;
    private final String protocol;
    private final Tags tags;
    private final KeyValues keyValues;
    private final Map<String, LongAdder> states =
            STATES.stream().collect(Collectors.toMap(Function.identity(), state -> new LongAdder()));
    private final Map<String, StreamSums> streams = new ConcurrentHashMap<>();

    /** How many runtimes are open, and how many observations of theirs go on. */
    private final AtomicInteger users = new AtomicInteger();

    RuntimeMeters(MeterRegistry registry, Tags common, String protocol) {
        this.registry = registry;
        this.protocol = protocol;
        this.tags = common.and("protocol", protocol);
        this.keyValues = KeyValues.of(tags, Tag::getKey, Tag::getValue);
        states.forEach((state, connections) -> gauge(
                "connections",
                "Runtimes whose connection is in this state",
                connections,
                LongAdder::sum,
                "state",
                state));
        String messages = "Messages on the pipes of sessions";
        counter("messages", null, messages, messagesReceived, LongAdder::sum, "direction", "received");
        counter("messages", null, messages, messagesSent, LongAdder::sum, "direction", "sent");
        String traffic = "Size of the messages on the pipes of sessions";
        counter("traffic", "bytes", traffic, bytesReceived, LongAdder::sum, "direction", "received");
        counter("traffic", "bytes", traffic, bytesSent, LongAdder::sum, "direction", "sent");
        String attempts = "Attempts to open a session, by how long they took";
        this.attemptsOpened = timer("connection.attempts", attempts, "outcome", "opened");
        this.attemptsFailed = timer("connection.attempts", attempts, "outcome", "failed");
        String sessions = "Sessions that have ended, by how long they lasted";
        this.sessionsLost = timer("sessions", sessions, "end", "lost");
        this.sessionsClosed = timer("sessions", sessions, "end", "closed");
        this.heartbeats = timer("heartbeats", "Round trips of heartbeats and pings");
        this.rateLimited = timer("http.rate.limited", "Waits after answers of 429");
    }

    private void streamMeters(String stream, StreamSums sums) {
        String[] tag = {"stream", stream};
        gauge("stream.subscribers", "Present subscribers", sums, StreamSums::subscribers, tag);
        gauge("stream.buffered", "Elements that wait in the buffers of subscribers", sums, StreamSums::buffered, tag);
        gauge("stream.fullest", "Share of its capacity that the fullest buffer holds", sums, StreamSums::fullest, tag);
        counter("stream.dropped", null, "Elements that slow subscribers have lost", sums, StreamSums::dropped, tag);
        counter("stream.gaps", null, "Gaps, each a time of which messages may be missing", sums, StreamSums::gaps, tag);
        counter("stream.refilled", null, "Missed messages had from the history", sums, StreamSums::refilled, tag);
    }

    private <T> void gauge(String name, String text, T source, ToDoubleFunction<T> value, String... tag) {
        Gauge.builder(PREFIX + name, source, value)
                .description(text)
                .tags(tags.and(tag))
                .register(registry);
    }

    private <T> void counter(
            String name, @Nullable String unit, String text, T source, ToDoubleFunction<T> value, String... tag) {
        FunctionCounter.builder(PREFIX + name, source, value)
                .description(text)
                .baseUnit(unit)
                .tags(tags.and(tag))
                .register(registry);
    }

    private Timer timer(String name, String text, String... tag) {
        return Timer.builder(PREFIX + name)
                .description(text)
                .tags(tags.and(tag))
                .register(registry);
    }

    /** What all of them are tagged with, and the observations too. */
    KeyValues keyValues() {
        return keyValues;
    }

    /** The registry's clock. */
    long nanos() {
        return registry.config().clock().monotonicTime();
    }

    Duration since(long nanos) {
        return Duration.ofNanos(nanos() - nanos);
    }

    // ---- Who adds to them

    String protocol() {
        return protocol;
    }

    void use() {
        users.incrementAndGet();
    }

    /** Whether it was the last one that used them. */
    boolean release() {
        return users.decrementAndGet() == 0;
    }

    boolean isUsed() {
        return users.get() > 0;
    }

    void enter(String state) {
        Objects.requireNonNull(states.get(state)).increment();
    }

    void leave(String state) {
        Objects.requireNonNull(states.get(state)).decrement();
    }

    void add(StreamKind kind) {
        streams.computeIfAbsent(kind.name(), name -> {
                    StreamSums sums = new StreamSums();
                    streamMeters(name, sums);
                    return sums;
                })
                .add(kind);
    }

    void remove(StreamKind kind) {
        Objects.requireNonNull(streams.get(kind.name())).remove(kind);
    }

    /** Takes the meters out of the registry, those of observations too. */
    void remove() {
        registry.getMeters().stream()
                .map(Meter::getId)
                .filter(id -> id.getName().startsWith(PREFIX))
                .filter(id -> tags.stream().allMatch(tag -> tag.getValue().equals(id.getTag(tag.getKey()))))
                .forEach(registry::remove);
    }
}
