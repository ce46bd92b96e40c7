package io.agentruntime.transport;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.SessionEnd;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.FrameTooLargeException;
import io.agentruntime.error.RuntimeClientException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * What the pipes have in common, for those who write another one: the outbound queue, the closing handshake (RFC 6455,
 * section 7) and the one end.
 *
 * <p>Everything named {@code on...} or {@code write...} runs on the pipe's own thread, so the closing needs no lock:
 *
 * <table>
 * <caption>From open to ended</caption>
 * <tr><td>{@link #close}</td><td>{@code ->} closing</td><td>our close frame is written, the limit runs</td></tr>
 * <tr><td>closing, peer's close frame, break or limit</td><td>{@code ->} ended</td><td>local</td></tr>
 * <tr><td>open, peer's close frame</td><td>{@code ->} ended</td><td>remote, after the echo is written</td></tr>
 * <tr><td>open, break</td><td>{@code ->} ended</td><td>broken</td></tr>
 * <tr><td>open or closing, {@link #abort}</td><td>{@code ->} ended</td><td>broken</td></tr>
 * </table>
 */
public abstract class AbstractPipe implements Pipe {

    private static final Logger log = LoggerFactory.getLogger(Pipe.class);

    /** A close frame's payload is at most 125 bytes, two of them the code (RFC 6455, section 5.5). */
    private static final int MAX_REASON_BYTES = 123;

    /** The limits. */
    protected final WebSocketOptions options;

    final OutboundQueue queue;

    private final Scheduler timers;
    private final Sinks.One<SessionEnd> ended = Sinks.one();

    // On the pipe's thread only.
    private @Nullable CloseStatus closing;
    private Disposable closeLimit = Disposables.disposed();
    private boolean isEnded;

    /**
     * @param options the limits
     * @param timers where the limit of closing is kept
     * @param allocator where the buffers of outgoing messages come from
     */
    protected AbstractPipe(WebSocketOptions options, Scheduler timers, ByteBufAllocator allocator) {
        this.options = options;
        this.timers = timers;
        this.queue = new OutboundQueue(new Outlet(), allocator, options.maxQueuedBytes());
    }

    /** Whether there is room for another message; after {@code false} call {@link #drain()} once there is. */
    protected abstract boolean writable();

    /** Takes over the payload, also when it throws; what it throws fails this message only. */
    protected abstract void write(boolean binary, ByteBuf payload);

    /** Sends what was written. */
    protected abstract void flush();

    /** Runs a task on the pipe's thread, after the running one; may throw {@link RejectedExecutionException}. */
    protected abstract void execute(Runnable task);

    /** Runs on the pipe's thread: at once when this is it. */
    protected abstract void onThread(Runnable task);

    /** Who receives; called only when something was received. */
    protected abstract PipeListener listener();

    /** Asks the peer for a sign of life. */
    protected abstract void writePing();

    /** Writes a close frame now, ahead of what is queued. */
    protected abstract void writeClose(CloseStatus status);

    /** Closes the connection once all that was written is out. */
    protected abstract void closeWhenWritten();

    /** Cuts the connection at once. */
    protected abstract void cut();

    /** The pipe has ended: releases what was half received. */
    protected abstract void release();

    /** Has what is queued written soon: there is room again. */
    protected final void drain() {
        queue.drain();
    }

    @Override
    public final Mono<Void> send(OutboundMessage message) {
        return queue.send(message);
    }

    @Override
    public final void ping() {
        onThread(() -> {
            if (!isEnded && closing == null) {
                writePing();
            }
        });
    }

    @Override
    public final long queuedBytes() {
        return queue.queuedBytes();
    }

    @Override
    public final Mono<Void> flushed() {
        return queue.flushed();
    }

    @Override
    public final Mono<Void> close(int code, String reason, Duration limit) {
        CloseStatus status = sendable(code, reason);
        return Mono.defer(() -> {
            onThread(() -> startClosing(status, limit));
            return ended().then();
        });
    }

    @Override
    public final void abort(Throwable cause) {
        onThread(() -> {
            if (!isEnded) {
                end(SessionEnd.broken(cause));
                cut();
            }
        });
    }

    @Override
    public final Mono<SessionEnd> ended() {
        return ended.asMono();
    }

    private void startClosing(CloseStatus status, Duration limit) {
        if (isEnded || closing != null) {
            return;
        }
        closing = status;
        queue.end(new DisconnectedException("Sending a message"));
        if (limit.isZero() || limit.isNegative()) {
            writeClose(status);
            onCloseLimit();
            return;
        }
        // The limit runs before the peer can have seen anything.
        closeLimit = after(limit, this::onCloseLimit);
        writeClose(status);
        // Without reading, the peer's answer would never be seen.
        reading(true);
    }

    private void onCloseLimit() {
        if (!isEnded) {
            end(localEnd());
            cut();
        }
    }

    /** The peer's close frame. */
    protected final void onClose(CloseStatus status) {
        if (isEnded) {
            return;
        }
        if (closing != null) {
            end(localEnd());
        } else {
            writeClose(status);
            end(SessionEnd.remote(status.code(), status.reason()));
        }
        closeWhenWritten();
    }

    /** The connection is gone, or cannot go on. */
    protected final void onBroken(@Nullable Throwable cause) {
        if (isEnded) {
            return;
        }
        if (closing != null) {
            end(localEnd());
        } else {
            end(SessionEnd.broken(
                    cause instanceof RuntimeClientException
                            ? cause
                            : new ConnectionLostException(CloseStatus.ABNORMAL, "", cause)));
        }
    }

    /** A message above the limit that cannot be skipped. */
    protected final void onTooLarge() {
        onBroken(tooLarge());
    }

    /** The error of a message above the limit. */
    protected final FrameTooLargeException tooLarge() {
        return new FrameTooLargeException("An inbound message", options.maxMessageBytes(), "webSocket.maxMessageBytes");
    }

    /** A whole message; the caller releases it. What comes after we began to close is no longer anybody's. */
    protected final void onMessage(boolean binary, ByteBuf payload) {
        if (isEnded || closing != null) {
            return;
        }
        try {
            if (binary) {
                listener().onBinary(payload);
            } else {
                listener().onText(payload);
            }
        } catch (Throwable t) {
            onListenerFailed(t);
        }
    }

    /** Something came that is no message. */
    protected final void onSignOfLife() {
        if (isEnded || closing != null) {
            return;
        }
        try {
            listener().onPong();
        } catch (Throwable t) {
            onListenerFailed(t);
        }
    }

    /** Something came that could not become a message. */
    protected final void onSkipped(Throwable error) {
        if (isEnded || closing != null) {
            return;
        }
        try {
            listener().onError(error);
        } catch (Throwable t) {
            onListenerFailed(t);
        }
    }

    /** Several messages may follow; {@link #onReadComplete()} has to follow them. */
    protected final void onReadStart() {
        try {
            listener().onReadStart();
        } catch (Throwable t) {
            onListenerFailed(t);
        }
    }

    /** Follows every {@link #onReadStart()}, ended or not: a listener may have put off something to this moment. */
    protected final void onReadComplete() {
        try {
            listener().onReadComplete();
        } catch (Throwable t) {
            onListenerFailed(t);
        }
    }

    private static void onListenerFailed(Throwable t) {
        Exceptions.throwIfJvmFatal(t);
        log.error("A listener of a pipe failed; the pipe goes on", t);
    }

    /** Whether the pipe has ended. */
    protected final boolean isEnded() {
        return isEnded;
    }

    private SessionEnd localEnd() {
        CloseStatus status = closing == null ? CloseStatus.abnormal() : closing;
        return SessionEnd.local(status.code(), status.reason());
    }

    private void end(SessionEnd how) {
        isEnded = true;
        closeLimit.dispose();
        queue.end(
                how.initiator() == SessionEnd.Initiator.LOCAL
                        ? new DisconnectedException("Sending a message")
                        : how.toError());
        release();
        ended.tryEmitValue(how).orThrow();
    }

    /** Runs a task on the pipe's thread after a while. */
    protected final Disposable after(Duration delay, Runnable task) {
        try {
            return timers.schedule(() -> onThread(task), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The scheduler was disposed: better too early than never.
            onThread(task);
            return Disposables.disposed();
        }
    }

    private static CloseStatus sendable(int code, String reason) {
        boolean known = code >= 1000 && code <= 4999 && code != 1004 && code != CloseStatus.ABNORMAL && code != 1015;
        if (!known || (code == CloseStatus.NO_STATUS && !reason.isEmpty())) {
            throw new IllegalArgumentException("A close frame cannot carry code " + code);
        }
        return new CloseStatus(code, shorten(reason));
    }

    /** Cut between characters, not inside one: the reason has to stay valid UTF-8. */
    private static String shorten(String reason) {
        String text = reason;
        while (text.getBytes(StandardCharsets.UTF_8).length > MAX_REASON_BYTES) {
            text = text.substring(0, text.offsetByCodePoints(text.length(), -1));
        }
        return text;
    }

    private final class Outlet implements OutboundQueue.Sink {

        @Override
        public boolean writable() {
            return AbstractPipe.this.writable();
        }

        @Override
        public void write(boolean binary, ByteBuf payload) {
            AbstractPipe.this.write(binary, payload);
        }

        @Override
        public void flush() {
            AbstractPipe.this.flush();
        }

        @Override
        public void execute(Runnable task) {
            AbstractPipe.this.execute(task);
        }
    }
}
