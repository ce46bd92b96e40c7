package io.agentruntime.testkit.server;

import io.agentruntime.http.HttpReply;
import io.agentruntime.testkit.server.HttpOutcome.Streamed;
import io.agentruntime.testkit.server.HttpOutcome.Torn;
import io.agentruntime.testkit.server.HttpOutcome.Whole;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.FutureMono;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.WebsocketServerSpec;

/** The server on a port of 127.0.0.1, over Reactor Netty. It has no thread of its own. */
final class LoopbackFace implements Face {

    private static final String HOST = "127.0.0.1";

    private final Wire wire;
    private final HttpServer server;

    /** Those that are open, each with what says that it is gone. */
    private final Map<Channel, Sinks.Empty<Void>> channels = new ConcurrentHashMap<>();

    private volatile boolean open;
    private volatile int port;
    private volatile @Nullable DisposableServer bound;

    LoopbackFace(Wire wire) {
        this.wire = wire;
        this.port = wire.settings.port();
        HttpServer base = HttpServer.create()
                .host(HOST)
                .protocol(HttpProtocol.HTTP11)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .doOnChannelInit((observer, channel, remote) -> track(channel))
                .handle(this::handle);
        this.server = wire.settings.loops() == null ? base : base.runOn(wire.settings.loops());
    }

    @Override
    public String url() {
        return "http://" + HOST + ":" + port;
    }

    @Override
    public Mono<Void> start() {
        return Mono.defer(() -> {
                    open = true;
                    return server.port(port).bind();
                })
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
            open = false;
            running.dispose();
            for (Channel channel : channels.keySet()) {
                if (channel.pipeline().get(LoopbackSocket.class) == null) {
                    channel.close();
                }
            }
            return running.onDispose()
                    .then(Flux.fromIterable(channels.values())
                            .flatMap(Sinks.Empty::asMono)
                            .then());
        });
    }

    private void track(Channel channel) {
        channels.put(channel, Sinks.empty());
        // Behind whatever else hears of its end: who has waited for a stop finds its socket gone, and what waits for an
        // answer.
        channel.closeFuture().addListener(closed -> channel.eventLoop().execute(() -> untrack(channel)));
        if (!open) {
            // Accepted just before the port was closed. Behind its registration, which is still under way.
            channel.eventLoop().execute(channel::close);
        }
    }

    private void untrack(Channel channel) {
        Sinks.Empty<Void> gone = channels.remove(channel);
        if (gone != null) {
            gone.tryEmitEmpty();
        }
    }

    private Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
        Map<String, String> headers = new HashMap<>();
        request.requestHeaders()
                .forEach(header -> headers.putIfAbsent(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
        String method = request.method().name();
        ServerRequest head = ServerRequest.of(method, request.uri(), headers, new byte[0]);
        if (head.isHandshake()) {
            return whileConnected(response, whileOpen(request, wire.handshake(head)))
                    .flatMap(verdict -> upgrade(verdict, response));
        }
        return request.receive()
                .aggregate()
                .asByteArray()
                .defaultIfEmpty(new byte[0])
                .flatMap(body -> whileOpen(request, wire.http(ServerRequest.of(method, request.uri(), headers, body))))
                .flatMap(outcome -> respond(outcome, response));
    }

    /** Ends with the connection, before whoever waits for its close goes on; Reactor Netty cancels a call a little later. */
    private static <T> Mono<T> whileOpen(HttpServerRequest request, Mono<T> outcome) {
        Mono<Channel> client =
                Mono.create(sink -> request.withConnection(connection -> sink.success(connection.channel())));
        return client.flatMap(channel ->
                outcome.takeUntilOther(FutureMono.from(channel.closeFuture())).switchIfEmpty(Mono.never()));
    }

    // Handshakes

    /** On the connection's own thread, and not when the client has gone: Netty leaks the answer that it cannot send then. */
    private static <T> Mono<T> whileConnected(HttpServerResponse response, Mono<T> verdict) {
        Mono<Channel> client =
                Mono.create(sink -> response.withConnection(connection -> sink.success(connection.channel())));
        return client.flatMap(channel ->
                verdict.publishOn(Schedulers.fromExecutor(channel.eventLoop())).filter(known -> channel.isActive()));
    }

    private Mono<Void> upgrade(Handshake verdict, HttpServerResponse response) {
        if (verdict instanceof Handshake.Accept accepted) {
            return accept(accepted, response);
        }
        return end(
                response,
                verdict instanceof Handshake.Refuse refused
                        ? Unpooled.wrappedBuffer(refused.bytes())
                        : Unpooled.EMPTY_BUFFER);
    }

    private Mono<Void> accept(Handshake.Accept accepted, HttpServerResponse response) {
        int limit = wire.settings.maxFrameBytes();
        WebsocketServerSpec.Builder spec =
                WebsocketServerSpec.builder().handlePing(true).maxFramePayloadLength(limit);
        if (!accepted.subprotocol().isEmpty()) {
            spec.protocols(accepted.subprotocol());
        }
        return response.sendWebsocket(
                (inbound, outbound) -> {
                    inbound.withConnection(connection -> {
                        connection.channel().pipeline().replace(WebSocket13FrameDecoder.class, null, decoder(limit));
                        connection.addHandlerLast(new WebSocketFrameAggregator(limit));
                        connection.addHandlerLast(new LoopbackSocket(wire, accepted));
                    });
                    // The frames never reach Reactor Netty, the socket's handler lives with the channel.
                    return Mono.never();
                },
                spec.build());
    }

    /**
     * Netty's decoder, but what it cannot read is left to the socket to close. By itself it would close the connection at
     * once, and the reset that the peer gets for what it is still sending may overtake the close frame.
     */
    private static WebSocket13FrameDecoder decoder(int limit) {
        return new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(true)
                .allowExtensions(false)
                .maxFramePayloadLength(limit)
                .closeOnProtocolViolation(false)
                .build());
    }

    // Answers

    private static Mono<Void> respond(HttpOutcome outcome, HttpServerResponse response) {
        if (outcome instanceof Whole whole) {
            return answer(whole.reply(), response);
        }
        if (outcome instanceof Streamed streamed) {
            return stream(streamed, response);
        }
        if (outcome instanceof Torn torn) {
            HttpReply reply = torn.reply();
            StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.status() + " Torn\r\n");
            reply.headers()
                    .forEach((name, value) ->
                            head.append(name).append(": ").append(value).append("\r\n"));
            head.append("content-length: ").append(reply.body().length).append("\r\n\r\n");
            return end(
                    response,
                    Unpooled.wrappedBuffer(
                            Unpooled.copiedBuffer(head, StandardCharsets.US_ASCII),
                            Unpooled.wrappedBuffer(reply.body(), 0, reply.body().length / 2)));
        }
        return end(response, Unpooled.EMPTY_BUFFER);
    }

    private static Mono<Void> answer(HttpReply reply, HttpServerResponse response) {
        reply.headers().forEach(response::header);
        response.status(reply.status());
        if (reply.status() == 204 || reply.status() == 304) {
            return response.send();
        }
        return response.header(HttpHeaderNames.CONTENT_LENGTH, String.valueOf(reply.body().length))
                .sendByteArray(Mono.just(reply.body()))
                .then();
    }

    /** Each chunk is flushed. */
    private static Mono<Void> stream(Streamed streamed, HttpServerResponse response) {
        streamed.headers().forEach(response::header);
        Flux<ByteBuf> body = streamed.body()
                .map(Unpooled::wrappedBuffer)
                .onErrorResume(error -> end(response, Unpooled.EMPTY_BUFFER).cast(ByteBuf.class));
        return response.status(streamed.status()).send(body, chunk -> true).then();
    }

    /** Writes bytes past every handler, then closes the connection. */
    private static Mono<Void> end(HttpServerResponse response, ByteBuf bytes) {
        // Queued, so that it comes behind what was written before.
        response.withConnection(connection -> connection
                .channel()
                .eventLoop()
                .execute(() -> connection
                        .channel()
                        .pipeline()
                        .firstContext()
                        .writeAndFlush(bytes)
                        .addListener(ChannelFutureListener.CLOSE)));
        return Mono.never();
    }
}
