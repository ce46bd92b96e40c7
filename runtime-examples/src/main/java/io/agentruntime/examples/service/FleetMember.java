package io.agentruntime.examples.service;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Failed;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.examples.service.FleetEvent.GapHeard;
import io.agentruntime.examples.service.FleetEvent.Problem;
import io.agentruntime.examples.service.FleetEvent.Refilled;
import io.agentruntime.examples.service.FleetEvent.StateChanged;
import io.agentruntime.nookplot.ChannelMessage;
import io.agentruntime.nookplot.GatewayEvent;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.Delivery.Gap;
import io.agentruntime.stream.Delivery.Message;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.stream.SubscriberStats;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** One agent of the fleet, from its start to its stop: its runtime, and what is known of it. */
final class FleetMember {

    private static final int WORKER_BUFFER = 256;

    /** Nothing here blocks, so it needs no thread that may. */
    private static final StreamOptions WORKER = StreamOptions.of(OverflowPolicy.DROP_OLDEST)
            .withCapacity(WORKER_BUFFER)
            .withDeliverOn(Schedulers.parallel());

    private static final StreamOptions OBSERVER = WORKER.withCapacity(4096);

    /** A refill is told once, when it has paused for so long. */
    private static final Duration REFILL_PAUSE = Duration.ofMillis(300);

    private static final int REFILL_AT_ONCE = 1000;

    private record Standing(ConnectionState state, Instant since) {}

    private final String id;
    private final NookplotRuntime runtime;
    private final Optional<String> channelId;
    private final Supplier<Duration> work;
    private final Consumer<FleetEvent> events;
    private final Mono<Void> stopped;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final MessageAges ages = new MessageAges();
    private final LongAdder sessions = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder gaps = new LongAdder();
    private final LongAdder refilled = new LongAdder();
    private volatile Standing standing;
    private volatile boolean stopping;

    FleetMember(
            String id,
            NookplotRuntime runtime,
            Optional<String> channelId,
            Supplier<Duration> work,
            Consumer<FleetEvent> events,
            Consumer<FleetMember> forget) {
        this.id = id;
        this.runtime = runtime;
        this.channelId = channelId;
        this.work = work;
        this.events = events;
        this.standing = new Standing(runtime.currentState(), Instant.now());
        this.stopped = Mono.defer(() -> {
                    stopping = true;
                    return runtime.close();
                })
                // Before anybody is told, who might start the agent again.
                .then(Mono.<Void>fromRunnable(() -> forget.accept(this)))
                .cache();
    }

    String id() {
        return id;
    }

    NookplotRuntime runtime() {
        return runtime;
    }

    boolean stopping() {
        return stopping;
    }

    /** Connects, at the first call. Every subscription here ends with the runtime. */
    void begin() {
        if (!begun.compareAndSet(false, true)) {
            return;
        }
        runtime.state().subscribe(this::entered);
        runtime.errors().subscribe(error -> tell(new Problem(Instant.now(), id, text(error))));
        outliving(runtime.events().type(GatewayEvent.CHANNEL_MESSAGE, WORKER))
                .concatMap(this::work, 1)
                .subscribe();
        outliving(runtime.channels().deliveries(OBSERVER)).subscribe(this::heard);
        channelId.ifPresent(channel -> outliving(runtime.channels().refilled(channel, OBSERVER))
                .filter(this::isFromHistory)
                .bufferTimeout(REFILL_AT_ONCE, REFILL_PAUSE)
                .subscribe(this::refilled));
        // What becomes of it is in the states; it goes on without anybody waiting for it.
        runtime.connect().onErrorComplete().subscribe();
    }

    /** Message streams end with an error when the runtime gives up, which the states tell already. */
    private static <T> Flux<T> outliving(Flux<T> stream) {
        return stream.retry();
    }

    /** Begins at the first subscription, whoever cancels; its result is for everybody. */
    Mono<Void> stop() {
        return stopped;
    }

    private void entered(ConnectionState state) {
        standing = new Standing(state, Instant.now());
        if (state instanceof Connected) {
            sessions.increment();
        }
        tell(new StateChanged(standing.since, id, state.name(), attempt(state), delayMillis(state), cause(state)));
    }

    private Mono<Void> work(GatewayEvent message) {
        received.increment();
        message.time().ifPresent(sent -> ages.add(sent, Instant.now()));
        Duration time = work.get();
        return time.isZero() ? Mono.empty() : Mono.delay(time).then();
    }

    private void heard(Delivery<ChannelMessage> delivery) {
        if (delivery instanceof Gap<ChannelMessage> gap) {
            gaps.increment();
            tell(new GapHeard(Instant.now(), id, gap.from(), gap.to(), gap.reason()));
        }
    }

    /** Messages from the history lack the channel's names. */
    private boolean isFromHistory(Delivery<ChannelMessage> delivery) {
        if (delivery instanceof Gap<ChannelMessage> gap) {
            tell(new Problem(Instant.now(), id, "Not refilled: " + gap.reason()));
            return false;
        }
        return delivery instanceof Message<ChannelMessage> message
                && message.payload().channelSlug() == null;
    }

    private void refilled(List<Delivery<ChannelMessage>> messages) {
        refilled.add(messages.size());
        tell(new Refilled(Instant.now(), id, messages.size()));
    }

    private void tell(FleetEvent event) {
        events.accept(event);
    }

    AgentSnapshot snapshot() {
        Standing now = standing;
        MessageAges.Summary age = ages.summary(Instant.now());
        List<SubscriberStats> subscribers = runtime.subscribers();
        return new AgentSnapshot(
                id,
                now.state.name(),
                now.since,
                attempt(now.state),
                delayMillis(now.state),
                cause(now.state),
                sessions.sum(),
                received.sum(),
                orNull(age.median()),
                orNull(age.worst()),
                subscribers.stream().mapToLong(SubscriberStats::buffered).sum(),
                WORKER_BUFFER,
                subscribers.stream().mapToLong(SubscriberStats::dropped).sum(),
                gaps.sum(),
                refilled.sum());
    }

    private static @Nullable Long orNull(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }

    private static @Nullable Integer attempt(ConnectionState state) {
        return state instanceof Reconnecting retry ? retry.attempt() : null;
    }

    private static @Nullable Long delayMillis(ConnectionState state) {
        return state instanceof Reconnecting retry ? retry.delay().toMillis() : null;
    }

    private static @Nullable String cause(ConnectionState state) {
        if (state instanceof Reconnecting retry) {
            return text(retry.cause());
        }
        return state instanceof Failed failed ? text(failed.cause()) : null;
    }

    private static String text(Throwable error) {
        String message = error.getMessage();
        return message == null ? error.getClass().getSimpleName() : message;
    }
}
