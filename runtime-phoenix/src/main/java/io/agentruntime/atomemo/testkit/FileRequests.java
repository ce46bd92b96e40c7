package io.agentruntime.atomemo.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.util.List;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** The HTTP of an {@link EmbeddedFileStore}: GET and PUT at signed addresses. */
final class FileRequests {

    private final EmbeddedFileStore store;

    FileRequests(EmbeddedFileStore store) {
        this.store = store;
    }

    Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
        QueryStringDecoder uri = new QueryStringDecoder(request.uri(), UTF_8);
        String resKey = uri.path().substring(1);
        int refusal = store.refusal();
        if (refusal != 0) {
            return answer(request, response, refusal);
        }
        if (!List.of(EmbeddedFileStore.SIGNATURE).equals(uri.parameters().get("signature"))) {
            return answer(request, response, 403);
        }
        return switch (request.method().name()) {
            case "GET" -> give(resKey, request, response);
            case "PUT" -> take(resKey, request, response);
            default -> answer(request, response, 405);
        };
    }

    /** What the client still sends is taken in first: closing over it would be a reset, which may overtake the answer. */
    private static Mono<Void> answer(HttpServerRequest request, HttpServerResponse response, int status) {
        return request.receive().then(response.status(status).send().then());
    }

    private Mono<Void> give(String resKey, HttpServerRequest request, HttpServerResponse response) {
        return store.download(resKey)
                .map(bytes -> response.status(200)
                        .header(HttpHeaderNames.CONTENT_LENGTH, String.valueOf(bytes.size()))
                        .send(body(bytes))
                        .then())
                .orElseGet(() -> answer(request, response, 404));
    }

    private Flux<ByteBuf> body(FileBytes bytes) {
        return store.breaksDownload()
                ? bytes.first(bytes.size() / 2)
                        .concatWith(Mono.error(() -> new IOException("broken off, as was asked")))
                : bytes.first(bytes.size());
    }

    private Mono<Void> take(String resKey, HttpServerRequest request, HttpServerResponse response) {
        Upload upload = new Upload();
        long announced = Long.parseLong(request.requestHeaders().get(HttpHeaderNames.CONTENT_LENGTH, "0"));
        String mimeType = request.requestHeaders().get(HttpHeaderNames.CONTENT_TYPE, "");
        boolean breaking = store.breaksUpload();
        return request.receive()
                .doOnNext(upload::add)
                .doOnNext(chunk -> {
                    if (breaking && upload.size() >= announced / 2) {
                        response.withConnection(
                                connection -> connection.channel().close());
                    }
                })
                .then(Mono.defer(() -> {
                    if (upload.size() != announced || breaking) {
                        return response.status(400).send().then();
                    }
                    store.uploaded(upload.file(resKey, mimeType), upload.bytes());
                    return response.status(200).send().then();
                }));
    }
}
