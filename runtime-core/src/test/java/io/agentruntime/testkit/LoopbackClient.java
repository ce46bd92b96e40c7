package io.agentruntime.testkit;

import io.agentruntime.connection.CloseStatus;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.WebsocketClientSpec;
import reactor.netty.http.websocket.WebsocketOutbound;

/** Reactor Netty's client against a port. */
final class LoopbackClient implements RawClient {

    private final HttpClient http;

    LoopbackClient(String url) {
        this.http = HttpClient.newConnection().baseUrl(url).disableRetry(true);
    }

    @Override
    public Mono<Reply> exchange(String method, String path, @Nullable String key, @Nullable String body) {
        return http.headers(headers -> {
                    if (key != null) {
                        headers.set("Authorization", "Bearer " + key);
                    }
                    headers.set("Content-Type", "application/json");
                })
                .request(HttpMethod.valueOf(method))
                .uri(path)
                .send(body == null ? ByteBufFlux.fromString(Mono.empty()) : ByteBufFlux.fromString(Mono.just(body)))
                .responseSingle((response, bytes) -> bytes.asString()
                        .defaultIfEmpty("")
                        .map(text -> {
                            Map<String, String> headers = new HashMap<>();
                            response.responseHeaders()
                                    .forEach(header ->
                                            headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
                            return new Reply(response.status().code(), headers, text);
                        }));
    }

    @Override
    public Mono<Socket> open(String pathAndQuery) {
        return http.websocket(WebsocketClientSpec.builder()
                        .maxFramePayloadLength(1 << 20)
                        .handlePing(true)
                        .build())
                .uri(pathAndQuery)
                .connect()
                .map(connection -> {
                    var ops = (reactor.netty.http.client.HttpClientResponse) connection;
                    return new LoopbackSocketClient(
                            (reactor.netty.http.websocket.WebsocketInbound) ops, (WebsocketOutbound) ops);
                });
    }

    private static final class LoopbackSocketClient implements Socket {
        private final Sinks.Many<String> texts = Sinks.many().replay().all();
        private final Sinks.Many<String> pongs = Sinks.many().replay().all();
        private final WebsocketOutbound out;
        private final Mono<CloseStatus> ended;

        LoopbackSocketClient(reactor.netty.http.websocket.WebsocketInbound in, WebsocketOutbound out) {
            this.out = out;
            this.ended = in.receiveCloseStatus()
                    .map(status -> new CloseStatus(status.code(), status.reasonText()))
                    .defaultIfEmpty(CloseStatus.abnormal())
                    .onErrorReturn(CloseStatus.abnormal())
                    .cache();
            ended.subscribe();
            in.aggregateFrames(1 << 20)
                    .receiveFrames()
                    .subscribe(this::received, error -> texts.tryEmitComplete(), texts::tryEmitComplete);
        }

        private void received(WebSocketFrame frame) {
            if (frame instanceof TextWebSocketFrame text) {
                texts.tryEmitNext(text.text());
            } else if (frame instanceof PongWebSocketFrame) {
                pongs.tryEmitNext(frame.content().toString(StandardCharsets.UTF_8));
            }
        }

        @Override
        public Flux<String> texts() {
            return texts.asFlux();
        }

        @Override
        public Flux<String> pongs() {
            return pongs.asFlux();
        }

        @Override
        public Mono<CloseStatus> ended() {
            return ended;
        }

        @Override
        public void send(String text) {
            out.sendObject(Mono.just(new TextWebSocketFrame(text))).then().subscribe();
        }

        @Override
        public void ping() {
            out.sendObject(Mono.just(new PingWebSocketFrame(Unpooled.copiedBuffer("p", StandardCharsets.UTF_8))))
                    .then()
                    .subscribe();
        }

        @Override
        public void close(int code, String reason) {
            out.sendClose(code, reason).subscribe();
        }
    }
}
