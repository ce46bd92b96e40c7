package io.agentruntime.testkit.server;

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
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
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
 * <p>What the server wants done runs on the channel's event loop, always queued, never at once: so it keeps its order even
 * when it comes from several threads.
 */
final class LoopbackSocket extends SimpleChannelInboundHandler<WebSocketFrame> implements SocketPort {

    /** How long a connection may last behind a close frame. */
    private static final long CLOSE_LIMIT_MILLIS = 1_000;

    private static final int NO_STATUS = 1005;
    private static final int TOO_BIG = 1009;

    private final Wire wire;
    private final Handshake.Accept accepted;

    private @Nullable ChannelHandlerContext context;
    private @Nullable ServerSocket socket;
    private @Nullable Future<?> closeTimer;

    /** At once, not queued: an event loop looks at what came in before it looks at its tasks. */
    private volatile boolean answeringPings = true;

    /** At once, for what comes in; {@link #frozen} is for what goes out, and keeps its place in the order. */
    private volatile boolean deaf;

    private boolean frozen;
    private boolean closeSent;

    LoopbackSocket(Wire wire, Handshake.Accept accepted) {
        this.wire = wire;
        this.accepted = accepted;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        // Not when the channel turns inactive: that comes after whoever waits for its close has gone on.
        ctx.channel().closeFuture().addListener(closed -> gone());
        context = ctx;
        // Reactor Netty reads on demand; nobody but this handler demands anything here.
        ctx.channel().config().setAutoRead(true);
        socket = wire.opened(accepted, this);
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
        } else if (frame instanceof PongWebSocketFrame) {
            socket.ponged();
        } else if (frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame) {
            socket.received(ByteBufUtil.getBytes(frame.content()), frame instanceof BinaryWebSocketFrame);
        }
    }

    private void closing(ChannelHandlerContext ctx, ServerSocket opened, CloseWebSocketFrame close) {
        int code = close.statusCode() < 0 ? NO_STATUS : close.statusCode();
        opened.closing(code, close.reasonText());
        gone();
        if (closeSent) {
            ctx.close();
        } else {
            closeSent = true;
            ctx.writeAndFlush(new CloseWebSocketFrame(true, 0, close.content().retain()))
                    .addListener(ChannelFutureListener.CLOSE);
            limitClose(ctx);
        }
    }

    /** The peer may neither answer nor read. */
    private void limitClose(ChannelHandlerContext ctx) {
        closeTimer = ctx.executor().schedule(() -> end(ctx), CLOSE_LIMIT_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void end(ChannelHandlerContext ctx) {
        gone();
        ctx.close();
    }

    /** Noted before the connection ends, or the peer's close is answered: who has seen that finds the socket gone here. */
    private void gone() {
        ServerSocket last = socket;
        socket = null;
        if (closeTimer != null) {
            closeTimer.cancel(false);
        }
        if (last != null) {
            last.closed();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof TooLongFrameException) {
            close(TOO_BIG, "");
        } else if (cause instanceof CorruptedWebSocketFrameException violation) {
            close(violation.closeStatus().code(), "");
        } else {
            end(ctx);
        }
    }

    // What the server wants

    @Override
    public void message(byte[] payload, boolean binary, int parts) {
        write(ctx -> {
            int size = Math.max(1, (payload.length + parts - 1) / parts);
            boolean whole = size >= payload.length;
            ByteBuf first = Unpooled.wrappedBuffer(payload, 0, Math.min(size, payload.length));
            ctx.write(binary ? new BinaryWebSocketFrame(whole, 0, first) : new TextWebSocketFrame(whole, 0, first));
            for (int from = size; from < payload.length; from += size) {
                int length = Math.min(size, payload.length - from);
                ctx.write(new ContinuationWebSocketFrame(
                        from + length == payload.length, 0, Unpooled.wrappedBuffer(payload, from, length)));
            }
            ctx.flush();
        });
    }

    @Override
    public void raw(byte[] bytes) {
        write(ctx -> ctx.pipeline().firstContext().writeAndFlush(Unpooled.wrappedBuffer(bytes)));
    }

    @Override
    public void ping() {
        write(ctx -> ctx.writeAndFlush(new PingWebSocketFrame()));
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
            limitClose(ctx);
        });
    }

    @Override
    public void cut() {
        onLoop(this::end);
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
