package io.agentruntime.http;

import io.netty.buffer.ByteBuf;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** One HTTP exchange whose request's body is sent as it comes: no retry, no opinion on the status. */
@FunctionalInterface
public interface UploadExchange {

    /**
     * Sends one request and reads the whole answer. Cold; each subscription sends once, and never twice by itself;
     * cancelling aborts the exchange, and cancels {@code body}. Errors are those of {@link HttpExchange#exchange}; what the
     * body fails with is the cause of {@link io.agentruntime.error.OutcomeUnknownException}.
     *
     * @param call the request, whose own body is not sent
     * @param length how many bytes the body has, for {@code Content-Length}
     * @param body the body, subscribed once and read as the connection takes it; each buffer is released when it was sent
     */
    Mono<HttpReply> upload(HttpCall call, long length, Publisher<? extends ByteBuf> body);
}
