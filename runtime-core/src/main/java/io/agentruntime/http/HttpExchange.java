package io.agentruntime.http;

import reactor.core.publisher.Mono;

/** One HTTP exchange on the wire: no retry, no JSON, no opinion on the status. */
@FunctionalInterface
public interface HttpExchange {

    /**
     * Sends one request and reads the whole answer. Cold; each subscription sends once, and never twice by itself;
     * cancelling aborts the exchange. An answer with an error status (300 and above) is never lost for its body: one that
     * breaks off or is too large is cut.
     *
     * <p>Errors: {@link io.agentruntime.error.ConnectFailedException} when the request was certainly not sent; {@link
     * io.agentruntime.error.OutcomeUnknownException} when a request other than GET or HEAD may have been acted on and its
     * answer was lost (also by the time limit); {@link io.agentruntime.error.TimeLimitException}; {@link
     * io.agentruntime.error.ResponseTooLargeException}; {@link io.agentruntime.error.ConnectionLostException} when the
     * answer to a GET or HEAD broke off.
     */
    Mono<HttpReply> exchange(HttpCall call);
}
