package io.agentruntime.testkit;

import io.agentruntime.testkit.Outcome.Answer;
import io.agentruntime.testkit.Outcome.Torn;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.FutureMono;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.WebsocketServerSpec;
import reactor.netty.resources.LoopResources;

/** The gateway on a port of 127.0.0.1, over Reactor Netty. It has no thread of its own. */
final class LoopbackFace implements Face {

    private static final String HOST = "127.0.0.1";

    private final GatewayCore core;
    private final HttpServer server;
    private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
    private volatile int port;
    private volatile @Nullable DisposableServer bound;

    LoopbackFace(GatewayCore core, int port, @Nullable LoopResources loops) {
        this.core = core;
        this.port = port;
        HttpServer base = HttpServer.create()
                .host(HOST)
                .protocol(HttpProtocol.HTTP11)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .doOnChannelInit((observer, channel, remote) -> track(channel))
                .handle(this::handle);
        this.server = loops == null ? base : base.runOn(loops);
    }

    @Override
    public String url() {
        return "http://" + HOST + ":" + port;
    }

    @Override
    public Mono<Void> start() {
        return Mono.defer(() -> server.port(port).bind())
                .doOnNext(started -> {
                    port = started.port();
                    bound = started;
                })
                .then();
    }

    @Override
    public Mono<Void> stop() {
        return Mono.defer(() -> {
            DisposableServer running = bound;
            if (running == null) {
                return Mono.empty();
            }
            bound = null;
            running.dispose();
            for (Channel channel : channels) {
                if (channel.pipeline().get(LoopbackSocket.class) == null) {
                    channel.close();
                }
            }
            return running.onDispose()
                    .then(Flux.fromIterable(channels)
                            .flatMap(channel -> FutureMono.from(channel.closeFuture()))
                            .then());
        });
    }

    private void track(Channel channel) {
        channels.add(channel);
        channel.closeFuture().addListener(closed -> channels.remove(channel));
    }

    private Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
        String authorization = request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION);
        String method = request.method().name();
        if (request.requestHeaders().contains(HttpHeaderNames.UPGRADE)) {
            return core.upgrade(HttpInput.of(method, request.uri(), authorization, new byte[0]))
                    .flatMap(verdict -> upgrade(verdict, request, response));
        }
        return request.receive()
                .aggregate()
                .asByteArray()
                .defaultIfEmpty(new byte[0])
                .flatMap(body -> core.http(HttpInput.of(method, request.uri(), authorization, body)))
                .flatMap(outcome -> respond(outcome, response));
    }

    // Handshakes

    private Mono<Void> upgrade(Upgrade verdict, HttpServerRequest request, HttpServerResponse response) {
        if (verdict instanceof Upgrade.Accept accepted
                && request.requestHeaders().containsValue(HttpHeaderNames.UPGRADE, "websocket", true)) {
            return accept(accepted.agentId(), response);
        }
        String bytes = verdict instanceof Upgrade.Refuse refused
                ? "HTTP/1.1 " + refused.status() + " " + refused.reason() + "\r\n\r\n"
                : "";
        return end(response, Unpooled.copiedBuffer(bytes, StandardCharsets.US_ASCII));
    }

    private Mono<Void> accept(String agentId, HttpServerResponse response) {
        int limit = core.settings.maxFrameBytes();
        WebsocketServerSpec spec = WebsocketServerSpec.builder()
                .handlePing(true)
                .maxFramePayloadLength(limit)
                .build();
        return response.sendWebsocket(
                (inbound, outbound) -> {
                    inbound.withConnection(connection -> {
                        connection.addHandlerLast(new WebSocketFrameAggregator(limit));
                        connection.addHandlerLast(new LoopbackSocket(core, agentId));
                    });
                    // The frames never reach Reactor Netty, the socket's handler lives with the channel.
                    return Mono.never();
                },
                spec);
    }

    // Answers

    private static Mono<Void> respond(Outcome outcome, HttpServerResponse response) {
        if (outcome instanceof Answer answer) {
            answer.headers().forEach(response::header);
            return response.status(answer.status())
                    .header(HttpHeaderNames.CONTENT_TYPE, "application/json; charset=utf-8")
                    .header(HttpHeaderNames.CONTENT_LENGTH, String.valueOf(answer.body().length))
                    .sendByteArray(Mono.just(answer.body()))
                    .then();
        }
        if (outcome instanceof Torn torn) {
            byte[] body = torn.answer().body();
            String head = "HTTP/1.1 " + torn.answer().status()
                    + " Torn\r\ncontent-type: application/json\r\ncontent-length: " + body.length + "\r\n\r\n";
            return end(
                    response,
                    Unpooled.wrappedBuffer(
                            Unpooled.copiedBuffer(head, StandardCharsets.US_ASCII),
                            Unpooled.wrappedBuffer(body, 0, body.length / 2)));
        }
        return end(response, Unpooled.EMPTY_BUFFER);
    }

    /** Writes bytes past every handler, then closes the connection. */
    private static Mono<Void> end(HttpServerResponse response, ByteBuf bytes) {
        response.withConnection(connection -> connection
                .channel()
                .pipeline()
                .firstContext()
                .writeAndFlush(bytes)
                .addListener(ChannelFutureListener.CLOSE));
        return Mono.never();
    }
}
