package io.agentruntime.http;

import io.agentruntime.error.ResponseTooLargeException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClientResponse;

/** Reads the body of one answer, up to a bound. Reading stops there, and the connection is not used again. */
final class AnswerBody {

    /** More of an error's body than this is of no use to anyone. */
    private static final int MAX_ERROR_BYTES = 64 * 1024;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final int limit;

    private AnswerBody(int limit) {
        this.limit = limit;
    }

    static Mono<byte[]> read(HttpCall call, HttpClientResponse response, Flux<ByteBuf> content) {
        return Mono.defer(() -> {
            if (response.status().code() >= 300) {
                AnswerBody body = new AnswerBody(Math.min(call.maxResponseBytes(), MAX_ERROR_BYTES));
                return content.takeWhile(body::add)
                        .then()
                        // The status is what counts: it says whether the request was acted on, its text may be cut.
                        .onErrorComplete()
                        .then(Mono.fromSupplier(body.bytes::toByteArray));
            }
            if (announced(response) > call.maxResponseBytes()) {
                return Mono.error(tooLarge(call));
            }
            AnswerBody body = new AnswerBody(call.maxResponseBytes());
            return content.doOnNext(chunk -> {
                        if (!body.add(chunk)) {
                            throw tooLarge(call);
                        }
                    })
                    .then(Mono.fromSupplier(body.bytes::toByteArray));
        });
    }

    /** Takes what still fits; false when that was not all. */
    private boolean add(ByteBuf chunk) {
        int length = Math.min(chunk.readableBytes(), limit - bytes.size());
        bytes.writeBytes(ByteBufUtil.getBytes(chunk, chunk.readerIndex(), length));
        return length == chunk.readableBytes();
    }

    private static long announced(HttpClientResponse response) {
        @Nullable String length = response.responseHeaders().get(HttpHeaderNames.CONTENT_LENGTH);
        try {
            return length == null ? 0 : Long.parseLong(length.strip());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static ResponseTooLargeException tooLarge(HttpCall call) {
        return new ResponseTooLargeException(call.method(), call.path(), call.maxResponseBytes());
    }
}
