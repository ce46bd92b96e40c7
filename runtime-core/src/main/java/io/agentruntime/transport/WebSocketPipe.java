package io.agentruntime.transport;

import io.agentruntime.connection.CloseStatus;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.compression.DecompressionException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.netty.NettyPipeline;

/**
 * A pipe over a Netty channel on which Reactor Netty has opened a WebSocket, as client or as server.
 *
 * <p>A handler right before Reactor Netty's own takes every frame. So none of Reactor Netty's inbound machinery runs:
 * it does not switch reading, does not log frames, and does not answer a close frame in its own way.
 */
final class WebSocketPipe extends AbstractPipe {

    private static final String HANDLER = "agentRuntimeFrames";

    /** How long a peer that closed may take to read our answer. */
    private static final Duration ECHO_LIMIT = Duration.ofSeconds(1);

    private final Channel channel;
    private final String subprotocol;
    private final MessageAssembler assembler;
    private volatile boolean readingWanted = true;
    private @Nullable PipeListener listener;
    private @Nullable ByteBuf owedPong;

    private WebSocketPipe(Channel channel, String subprotocol, WebSocketOptions options, Scheduler timers) {
        super(options, timers, channel.alloc());
        this.channel = channel;
        this.subprotocol = subprotocol;
        this.assembler = new MessageAssembler(this, channel.alloc());
    }

    /** Takes over a channel; on its event loop, before it reads the first frame. */
    static WebSocketPipe install(
            Channel channel,
            String subprotocol,
            WebSocketOptions options,
            Scheduler timers,
            Function<? super Pipe, ? extends PipeListener> listener) {
        if (!channel.eventLoop().inEventLoop()) {
            throw new IllegalStateException("A pipe takes its channel over on the channel's event loop");
        }
        WebSocketPipe pipe = new WebSocketPipe(channel, subprotocol, options, timers);
        pipe.listener = listener.apply(pipe);
        channel.config()
                .setWriteBufferWaterMark(new WriteBufferWaterMark(options.windowBytes() / 2, options.windowBytes()));
        channel.pipeline().addBefore(NettyPipeline.ReactiveBridge, HANDLER, pipe.new FrameHandler());
        if (channel.isActive()) {
            channel.config().setAutoRead(true);
        } else {
            pipe.onBroken(null);
        }
        return pipe;
    }

    @Override
    public String subprotocol() {
        return subprotocol;
    }

    @Override
    public void reading(boolean on) {
        readingWanted = on;
        // What was said last, by whichever thread: what another one has said before may still be in the loop's queue.
        reading(() -> readingWanted);
    }

    @Override
    public void reading(BooleanSupplier wanted) {
        onThread(() -> channel.config().setAutoRead(wanted.getAsBoolean()));
    }

    @Override
    protected void onThread(Runnable task) {
        if (channel.eventLoop().inEventLoop()) {
            task.run();
            return;
        }
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            // The event loop was shut down, which closed the channel: the pipe has ended by that.
        }
    }

    @Override
    protected PipeListener listener() {
        return Objects.requireNonNull(listener);
    }

    // --- the queue's socket

    @Override
    protected boolean writable() {
        return channel.isWritable();
    }

    @Override
    protected void write(boolean binary, ByteBuf payload) {
        // A failed write closes the channel or comes as an exception: no promise a message.
        channel.write(
                binary ? new BinaryWebSocketFrame(payload) : new TextWebSocketFrame(payload), channel.voidPromise());
    }

    @Override
    protected void flush() {
        channel.flush();
    }

    @Override
    protected void execute(Runnable task) {
        channel.eventLoop().execute(task);
    }

    // --- closing

    @Override
    protected void writePing() {
        channel.writeAndFlush(new PingWebSocketFrame(), channel.voidPromise());
    }

    @Override
    protected void writeClose(CloseStatus status) {
        CloseWebSocketFrame frame = status.code() == CloseStatus.NO_STATUS
                ? new CloseWebSocketFrame()
                : new CloseWebSocketFrame(status.code(), status.reason());
        channel.writeAndFlush(frame, channel.voidPromise());
    }

    @Override
    protected void closeWhenWritten() {
        // An empty write completes after all before it, also where TLS or a deflater sits in between.
        channel.writeAndFlush(channel.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
        cutLater();
    }

    @Override
    protected void cut() {
        // Past all handlers: TLS would wait for its close_notify to be written to a peer that may not read.
        channel.unsafe().close(channel.voidPromise());
    }

    @Override
    protected void release() {
        assembler.release();
        if (owedPong != null) {
            owedPong.release();
            owedPong = null;
        }
    }

    private void onPing(ByteBuf payload) {
        if (owedPong != null) {
            owedPong.release();
            owedPong = null;
        }
        if (channel.isWritable()) {
            channel.writeAndFlush(new PongWebSocketFrame(payload.retain()), channel.voidPromise());
        } else {
            // A peer that pings and does not read gets one pong for all its pings (RFC 6455, section 5.5.3).
            owedPong = payload.retain();
        }
    }

    private void onFailure(Throwable error) {
        if (isEnded()) {
            return;
        }
        if (error instanceof CorruptedWebSocketFrameException corrupted) {
            WebSocketCloseStatus status = corrupted.closeStatus();
            failWith(status.code(), WebSocketCloseStatus.MESSAGE_TOO_BIG.equals(status) ? tooLarge() : error);
        } else if (causedBy(error, DecompressionException.class)) {
            failWith(CloseStatus.MESSAGE_TOO_BIG, tooLarge());
        } else {
            onBroken(error);
            cut();
        }
    }

    /** Ends the pipe, and gives the peer a moment to read why: closing at once would reset what is on its way to it. */
    private void failWith(int code, Throwable error) {
        cutLater();
        writeClose(new CloseStatus(code, ""));
        channel.config().setAutoRead(true);
        onBroken(error);
    }

    private void cutLater() {
        Disposable limit = after(ECHO_LIMIT, this::cut);
        channel.closeFuture().addListener(closed -> limit.dispose());
    }

    private static boolean causedBy(@Nullable Throwable error, Class<? extends Throwable> type) {
        for (Throwable t = error; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return true;
            }
        }
        return false;
    }

    private final class FrameHandler extends ChannelInboundHandlerAdapter {

        private boolean inRead;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (!(message instanceof WebSocketFrame frame)) {
                ctx.fireChannelRead(message);
                return;
            }
            try {
                if (isEnded()) {
                    return;
                }
                startRead();
                if (frame instanceof CloseWebSocketFrame close) {
                    onClose(
                            close.statusCode() < 0
                                    ? new CloseStatus(CloseStatus.NO_STATUS, "")
                                    : new CloseStatus(close.statusCode(), close.reasonText()));
                } else if (frame instanceof PingWebSocketFrame) {
                    onPing(frame.content());
                    onSignOfLife();
                } else if (frame instanceof PongWebSocketFrame) {
                    onSignOfLife();
                } else {
                    assembler.accept(frame);
                }
            } finally {
                ReferenceCountUtil.release(frame);
            }
        }

        private void startRead() {
            if (!inRead) {
                inRead = true;
                onReadStart();
            }
        }

        private void completeRead() {
            if (inRead) {
                inRead = false;
                onReadComplete();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            completeRead();
            ctx.fireChannelReadComplete();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (ctx.channel().isWritable()) {
                ByteBuf pong = owedPong;
                if (pong != null) {
                    owedPong = null;
                    channel.writeAndFlush(new PongWebSocketFrame(pong), channel.voidPromise());
                }
                queue.drain();
            }
            ctx.fireChannelWritabilityChanged();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            completeRead();
            onBroken(null);
            ctx.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable error) {
            onFailure(error);
        }
    }
}
