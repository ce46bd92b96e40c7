package io.agentruntime.connection;

import reactor.core.publisher.Mono;

/**
 * One open session with a gateway. It owns everything that lives as long as it does: its pipe, timers, liveness counters
 * and pending replies, and takes all of it with it when it ends.
 */
public interface Session {

    /** What the session is known by. */
    SessionInfo info();

    /**
     * Emits how the session ended, once, to each subscriber, also to one that comes later. Never fails. Ends of every
     * kind come here: the peer's close, a broken connection, missed liveness, and {@link #close()}.
     */
    Mono<SessionEnd> ended();

    /**
     * Ends the session in good order and tells the gateway where the protocol wants that. Idempotent; bounded in time;
     * best effort: an error is logged and does not reach the subscriber. Cancelling stops the waiting, not the closing.
     */
    Mono<Void> close();

    /** Completes when what is queued for sending has gone out, or the session has ended. Never fails. */
    Mono<Void> flushed();
}
