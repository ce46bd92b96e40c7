package io.agentruntime.connection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.util.context.ContextView;

/**
 * One connection from {@code connect()} to its end: the step it is at, and what it has to remember on the way. Only
 * touched by tasks of the engine's inbox.
 */
final class Run<S extends Session> {

    /** The context of the caller who started it; its attempts run in it. */
    final ContextView context;

    /** Who waits for a session. */
    final List<MonoSink<S>> waiters = new ArrayList<>();

    /** What is going on now: an attempt, the watch over a session, or a delay. Never two at a time. */
    final Disposable.Swap step = Disposables.swap();

    @Nullable
    Attempt attempt;

    @Nullable
    S session;

    /** Takes leave of the peer after the session or attempt before, when nothing is tried again after all. */
    Supplier<Mono<Void>> farewell = Mono::empty;

    /** Retries since a session last proved stable. */
    int retries;

    /** The delay before the last retry. */
    Duration lastDelay = Duration.ZERO;

    /** Whether a session was ever open. */
    boolean established;

    /** Whether credentials were asked for again after a refusal, and no session came of it yet. */
    boolean refreshed;

    /** When the session opened, by the timer's nanoseconds: a clock that nobody sets. */
    long openedNanos;

    Run(ContextView context) {
        this.context = context;
    }
}
