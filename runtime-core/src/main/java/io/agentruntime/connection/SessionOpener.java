package io.agentruntime.connection;

import reactor.core.publisher.Mono;

/**
 * Opens sessions: the protocol's part in connecting.
 *
 * @param <S> the protocol's session
 */
@FunctionalInterface
public interface SessionOpener<S extends Session> {

    /**
     * Opens one session, up to the point where its subscriptions are restored. Each step has a time limit of its own.
     * Cancelling stops the step that runs; what earlier steps opened is released through {@link Attempt#onAbandon}.
     */
    Mono<S> open(Attempt attempt);
}
