package io.agentruntime.transport;

import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.net.RetryAfter;
import io.agentruntime.net.WireSecrets;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;
import reactor.netty.Connection;
import reactor.netty.NettyPipeline;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.WebsocketClientSpec;

/**
 * One attempt to open a WebSocket. Whoever decides it first (the upgrade, a failure, the limit, a cancellation) has
 * decided it; what comes after only cleans up.
 *
 * <p>The server's answer is read here, before Reactor Netty sees it: a refusal is known by its real status whatever its
 * body, and the subprotocol, which can be a credential, reaches nothing that prints.
 */
final class WebSocketOpening {

    private static final String HANDLER = NettyPipeline.LEFT + "agentRuntimeUpgrade";
    private static final String DECODER = "agentRuntimeDecoder";

    private final HttpClient client;
    private final PipeRequest request;
    private final PipeListener listener;
    private final WebSocketOptions options;
    private final Scheduler timers;

    /** Until it is decided. The connection keeps this object, and must not keep all that led to it. */
    private final AtomicReference<@Nullable MonoSink<Pipe>> caller;

    private final AtomicBoolean decided = new AtomicBoolean();
    private final Disposable.Swap connecting = Disposables.swap();
    private final Disposable.Swap limit = Disposables.swap();
    private volatile @Nullable Channel channel;
    private volatile @Nullable WebSocketPipe pipe;
    private String subprotocol = "";

    WebSocketOpening(
            HttpClient client,
            PipeRequest request,
            PipeListener listener,
            WebSocketOptions options,
            Scheduler timers,
            MonoSink<Pipe> sink) {
        this.client = client;
        this.request = request;
        this.listener = listener;
        this.options = options;
        this.timers = timers;
        this.caller = new AtomicReference<>(sink);
    }

    void start() {
        MonoSink<Pipe> sink = Objects.requireNonNull(caller.get());
        WireSecrets secrets = WireSecrets.of(request.target(), headers());
        sink.onCancel(this::cancel);
        long millis = options.handshakeTimeout().toMillis();
        limit.update(timers.schedule(this::onLimit, millis, TimeUnit.MILLISECONDS));
        connecting.update(secrets.applyTo(client)
                .doOnRequest((sent, connection) -> onConnected(connection))
                .websocket(WebsocketClientSpec.builder()
                        .maxFramePayloadLength(options.maxMessageBytes())
                        .handlePing(true)
                        .compress(options.compression())
                        .maxDecompressionBufferSize(options.maxMessageBytes())
                        .build())
                .uri(secrets.visibleUri())
                .connect()
                .contextWrite(sink.contextView())
                .subscribe(this::onUpgraded, this::fail));
    }

    private Map<String, String> headers() {
        Map<String, String> headers = new HashMap<>(request.headers());
        if (!request.subprotocols().isEmpty()) {
            headers.put(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL.toString(), String.join(", ", request.subprotocols()));
        }
        return headers;
    }

    private void onConnected(Connection connection) {
        channel = connection.channel();
        connection.channel().pipeline().addAfter(NettyPipeline.HttpCodec, HANDLER, new AnswerHandler());
    }

    private void onUpgraded(Connection connection) {
        if (decided.get()) {
            connection.dispose();
            return;
        }
        Channel upgraded = connection.channel();
        upgraded.pipeline().remove(HANDLER);
        upgraded.pipeline().replace(WebSocket13FrameDecoder.class, DECODER, decoder());
        WebSocketPipe opened = WebSocketPipe.install(upgraded, subprotocol, options, timers, self -> listener);
        pipe = opened;
        if (decided.compareAndSet(false, true)) {
            limit.dispose();
            MonoSink<Pipe> sink = caller.getAndSet(null);
            if (sink != null) {
                sink.success(opened);
            }
        } else {
            opened.cut();
        }
    }

    /**
     * In place of Netty's, which wants to close the connection itself when a frame is too large or malformed, and sends
     * its close frame past the encoder, into the void.
     */
    private WebSocket13FrameDecoder decoder() {
        return new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(false)
                .allowExtensions(options.compression())
                .maxFramePayloadLength(options.maxMessageBytes())
                .closeOnProtocolViolation(false)
                .build());
    }

    private void onLimit() {
        fail(new TimeLimitException(
                "WebSocket handshake with " + request.target().target(), options.handshakeTimeout()));
    }

    private void fail(Throwable error) {
        if (decided.compareAndSet(false, true)) {
            giveUp();
            MonoSink<Pipe> sink = caller.getAndSet(null);
            if (sink != null) {
                sink.error(
                        error instanceof RuntimeClientException
                                ? error
                                : new ConnectFailedException(request.target().target(), error));
            }
        }
    }

    private void cancel() {
        if (decided.compareAndSet(false, true)) {
            giveUp();
            return;
        }
        WebSocketPipe opened = pipe; // read behind the decision, which is made when the pipe is there
        if (opened != null) {
            // Cancelled between the decision and its delivery: nobody will ever have this pipe.
            opened.onThread(opened::cut);
        }
    }

    private void giveUp() {
        limit.dispose();
        Channel open = channel;
        if (open != null) {
            open.close();
        }
        connecting.dispose();
    }

    private void onAnswer(HttpResponse answer) {
        int status = answer.status().code();
        if (status != 101) {
            Instant now = Instant.ofEpochMilli(timers.now(TimeUnit.MILLISECONDS));
            String retryAfter = answer.headers().get(HttpHeaderNames.RETRY_AFTER);
            fail(new HandshakeException(
                    status,
                    request.target().target(),
                    RetryAfter.parse(retryAfter, now).orElse(null)));
            return;
        }
        String chosen = answer.headers().get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        answer.headers().remove(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        List<String> offered = request.subprotocols();
        if (chosen != null && !chosen.isBlank()) {
            subprotocol = chosen.strip();
            if (!offered.contains(subprotocol)) {
                fail(new WebSocketHandshakeException("The server chose a subprotocol that was not offered"));
            }
        }
    }

    /** Next to the codec, so that it sees the answer's head as soon as it is there, whatever follows. */
    private final class AnswerHandler extends ChannelInboundHandlerAdapter {

        private boolean passing;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof HttpResponse answer) {
                passing = onHead(answer);
            }
            if (passing) {
                ctx.fireChannelRead(message);
            } else {
                ReferenceCountUtil.release(message);
                // With autoRead off, what was not passed on has to ask for more.
                ctx.read();
            }
        }

        /** Not passed on, as the failures below: Reactor Netty would log a warning for each, and for each cancellation. */
        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            fail(new IOException("The connection was closed before the server had answered"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable error) {
            fail(error);
        }

        private boolean onHead(HttpResponse answer) {
            if (answer.decoderResult().isFailure()) {
                fail(answer.decoderResult().cause());
                return false;
            }
            int status = answer.status().code();
            boolean interim = status >= 100 && status < 200 && status != 101;
            if (!interim) {
                onAnswer(answer);
            }
            return !interim && !decided.get();
        }
    }
}
