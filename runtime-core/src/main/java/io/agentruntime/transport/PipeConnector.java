package io.agentruntime.transport;

import reactor.core.publisher.Mono;

/** Opens pipes: over WebSocket, in memory, or the way a user of the library chooses. */
@FunctionalInterface
public interface PipeConnector {

    /**
     * Opens one pipe. Cold; each subscription is one attempt; cancelling gives the attempt up and leaves nothing open.
     *
     * <p>Errors: {@link io.agentruntime.error.ConnectFailedException} (name, TCP, TLS, proxy), {@link
     * io.agentruntime.error.HandshakeException} (an HTTP status instead of the upgrade), {@link
     * io.agentruntime.error.HttpStatusException} (an HTTP status, where a pipe is carried by HTTP), {@link
     * io.agentruntime.error.TimeLimitException}.
     */
    Mono<Pipe> connect(PipeRequest request, PipeListener listener);
}
