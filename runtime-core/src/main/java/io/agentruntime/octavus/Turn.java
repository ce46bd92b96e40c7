package io.agentruntime.octavus;

import io.agentruntime.stream.Batch;
import io.agentruntime.stream.HotStream;
import io.agentruntime.stream.ReadGate;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.transport.OutboundMessage;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;

/** One turn over a socket: its subscriber, and what {@link Turns} knows of it. Only {@link Turns} touches its fields. */
final class Turn {

    /** Where a turn stands; {@link Turns} has the table. */
    enum Phase {
        CONNECTING,
        HELD,
        DRAINING,
        RUNNING,
        ENDED
    }

    private final HotStream<StreamEvent> stream;
    final String name;
    final OutboundMessage message;
    final @Nullable String continued;
    final Disposable.Swap waiting = Disposables.swap();
    final Disposable.Swap silence = Disposables.swap();

    Phase phase = Phase.CONNECTING;

    @Nullable
    OctavusSession session;

    boolean begun;
    StreamEvent.@Nullable Start start;
    StreamEvent.@Nullable ErrorEvent heldError;
    long lastEvent;

    /**
     * @param name for errors, e.g. {@code the turn of trigger 'user-message'}
     * @param continued the execution that it continues
     */
    Turn(String name, OutboundMessage message, @Nullable String continued, @Nullable ReadGate gate) {
        this.name = name;
        this.message = message;
        this.continued = continued;
        this.stream = new HotStream<>(name, gate);
    }

    Flux<StreamEvent> events(StreamOptions options) {
        return stream.flux(options);
    }

    boolean isSent() {
        return phase == Phase.DRAINING || phase == Phase.RUNNING;
    }

    /** Whether its subscriber still takes events. */
    boolean isHeard() {
        return stream.hasSubscribers();
    }

    void next(StreamEvent event, Batch batch) {
        stream.next(event, batch);
    }

    void complete() {
        over();
        stream.complete();
    }

    void fail(Throwable error) {
        over();
        stream.fail(error);
        stream.complete(); // whoever comes later has missed it
    }

    private void over() {
        phase = Phase.ENDED;
        waiting.dispose();
        silence.dispose();
    }
}
