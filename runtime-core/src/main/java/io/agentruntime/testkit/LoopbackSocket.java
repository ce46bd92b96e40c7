package io.agentruntime.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket over loopback. It takes the frames off the pipeline itself, so that a fault may withhold a pong, split a
 * message or write bytes that are no frame.
 *
 * <p>What the core wants done runs on the channel's event loop, always queued, never at once: so it keeps its order even
 * when it comes from several threads.
 */
final class LoopbackSocket extends SimpleChannelInboundHandler<WebSocketFrame> implements SocketPort {

    /** How long the peer may take to answer a close frame. */
    private static final long CLOSE_LIMIT_MILLIS = 1_000;

    private static final int NO_STATUS = 1005;
    private static final int TOO_BIG = 1009;

    private final GatewayCore core;
    private final String agentId;

    private @Nullable ChannelHandlerContext context;
    private @Nullable GatewaySocket socket;
    private @Nullable Future<?> closeTimer;

    /** At once, not queued: an event loop looks at what came in before it looks at its tasks. */
    private volatile boolean answeringPings = true;

    /** At once, for what comes in; {@link #frozen} is for what goes out, and keeps its place in the order. */
    private volatile boolean deaf;

    private boolean frozen;
    private boolean closeSent;

    LoopbackSocket(GatewayCore core, String agentId) {
        this.core = core;
        this.agentId = agentId;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        // Not when the channel turns inactive: that comes after whoever waits for its close has gone on.
        ctx.channel().closeFuture().addListener(closed -> gone());
        context = ctx;
        // Reactor Netty reads on demand; nobody but this handler demands anything here.
        ctx.channel().config().setAutoRead(true);
        socket = core.opened(agentId, this);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
        if (socket == null || deaf) {
            return;
        }
        if (frame instanceof CloseWebSocketFrame close) {
            closing(ctx, socket, close);
        } else if (frame instanceof PingWebSocketFrame) {
            if (answeringPings && !closeSent) {
                ctx.writeAndFlush(new PongWebSocketFrame(frame.content().retain()));
            }
            socket.pinged();
        } else if (frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame) {
            socket.received(ByteBufUtil.getBytes(frame.content()), frame instanceof BinaryWebSocketFrame);
        }
    }

    private void closing(ChannelHandlerContext ctx, GatewaySocket opened, CloseWebSocketFrame close) {
        int code = close.statusCode() < 0 ? NO_STATUS : close.statusCode();
        opened.closing(code, close.reasonText());
        if (closeSent) {
            ctx.close();
        } else {
            closeSent = true;
            ctx.writeAndFlush(new CloseWebSocketFrame(true, 0, close.content().retain()))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void gone() {
        if (closeTimer != null) {
            closeTimer.cancel(false);
        }
        if (socket != null) {
            socket.closed();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof TooLongFrameException) {
            close(TOO_BIG, "");
        } else {
            ctx.close();
        }
    }

    // What the core wants

    @Override
    public void text(byte[] utf8, int parts) {
        write(ctx -> {
            int size = Math.max(1, (utf8.length + parts - 1) / parts);
            ctx.write(new TextWebSocketFrame(
                    size >= utf8.length, 0, Unpooled.wrappedBuffer(utf8, 0, Math.min(size, utf8.length))));
            for (int from = size; from < utf8.length; from += size) {
                int length = Math.min(size, utf8.length - from);
                ctx.write(new ContinuationWebSocketFrame(
                        from + length == utf8.length, 0, Unpooled.wrappedBuffer(utf8, from, length)));
            }
            ctx.flush();
        });
    }

    @Override
    public void raw(byte[] bytes) {
        write(ctx -> ctx.pipeline().firstContext().writeAndFlush(Unpooled.wrappedBuffer(bytes)));
    }

    @Override
    public void answerPings(boolean on) {
        answeringPings = on;
    }

    @Override
    public void close(int code, String reason) {
        write(ctx -> {
            closeSent = true;
            ByteBuf payload = Unpooled.buffer().writeShort(code);
            payload.writeCharSequence(reason, StandardCharsets.UTF_8);
            ctx.writeAndFlush(new CloseWebSocketFrame(true, 0, payload));
            closeTimer = ctx.executor().schedule(() -> ctx.close(), CLOSE_LIMIT_MILLIS, TimeUnit.MILLISECONDS);
        });
    }

    @Override
    public void cut() {
        onLoop(ctx -> ctx.close());
    }

    @Override
    public void frozen(boolean on) {
        deaf = on;
        onLoop(ctx -> {
            frozen = on;
            ctx.channel().config().setAutoRead(!on);
        });
    }

    private interface Action {
        void on(ChannelHandlerContext ctx);
    }

    /** Runs unless frozen, or closing already: after a close frame nothing may follow. */
    private void write(Action action) {
        onLoop(ctx -> {
            if (!frozen && !closeSent) {
                action.on(ctx);
            }
        });
    }

    private void onLoop(Action action) {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            Channel channel = ctx.channel();
            channel.eventLoop().execute(() -> {
                if (channel.isOpen()) {
                    action.on(ctx);
                }
            });
        }
    }
}
