package io.agentruntime.transport.sockjs;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.SessionEnd;
import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.SessionLostException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/**
 * A SockJS session over a WebSocket: the WebSocket's pipe, with SockJS' frames in its messages. It is open with the frame
 * {@code o}; the status with which it was closed is that of the frame {@code c}, which the server sends before its close
 * frame.
 */
final class FramedPipe implements Pipe, PipeListener, FrameDecoder.Handler {

    private static final Logger log = LoggerFactory.getLogger(Pipe.class);

    /** How long the server's close frame may take after {@code c}. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

    private final PipeListener listener;
    private final FrameDecoder decoder;
    private final String target;

    /** Until it is decided whether this pipe opens. */
    private final AtomicReference<@Nullable MonoSink<Pipe>> caller;

    private final Disposable.Swap connecting = Disposables.swap();
    private final Disposable.Swap limit = Disposables.swap();
    private volatile @Nullable Pipe socket;
    private volatile @Nullable CloseStatus closedBy;

    // On the pipe's thread only.
    private boolean open;

    private FramedPipe(PipeListener listener, JsonString.Limit largest, String target, MonoSink<Pipe> caller) {
        this.listener = listener;
        this.decoder = new FrameDecoder(this, false, largest);
        this.target = target;
        this.caller = new AtomicReference<>(caller);
    }

    /**
     * Opens a session. Cold; the pipe is emitted on its own thread, before the listener gets the first message. Errors: those
     * of the connector, {@link TimeLimitException}, and how the session ended before it was open.
     */
    static Mono<Pipe> open(
            PipeConnector sockets,
            PipeRequest request,
            PipeListener listener,
            JsonString.Limit largest,
            Duration limit,
            Scheduler timers) {
        return Mono.create(
                sink -> new FramedPipe(listener, largest, request.target().target(), sink)
                        .start(sockets, request, limit, timers));
    }

    private void start(PipeConnector sockets, PipeRequest request, Duration within, Scheduler timers) {
        MonoSink<Pipe> sink = caller.get();
        if (sink == null) {
            return;
        }
        sink.onCancel(() -> {
            caller.set(null);
            giveUp(new DisconnectedException("Opening a session"));
        });
        limit.update(timers.schedule(
                () -> fail(new TimeLimitException("Opening a SockJS session at " + target, within)),
                within.toMillis(),
                TimeUnit.MILLISECONDS));
        connecting.update(
                sockets.connect(request, this).contextWrite(sink.contextView()).subscribe(this::connected, this::fail));
    }

    private void connected(Pipe opened) {
        socket = opened;
        opened.ended().subscribe(how -> fail(end(how).toError()));
        if (caller.get() == null) {
            opened.abort(new DisconnectedException("Opening a session"));
        }
    }

    private void fail(Throwable error) {
        MonoSink<Pipe> sink = caller.getAndSet(null);
        if (sink != null) {
            giveUp(error);
            sink.error(error instanceof RuntimeClientException ? error : new ConnectFailedException(target, error));
        }
    }

    private void giveUp(Throwable cause) {
        limit.dispose();
        connecting.dispose();
        Pipe opened = socket;
        if (opened != null) {
            opened.abort(cause);
        }
    }

    // --- what arrives

    @Override
    public void onText(ByteBuf payload) {
        decoder.feed(payload);
        decoder.endOfFrame();
    }

    @Override
    public void onBinary(ByteBuf payload) {
        skipped(new DecodeException("SockJS frame", "it is binary", "", null));
    }

    @Override
    public void onPong() {
        tell(listener::onPong);
    }

    @Override
    public void onError(Throwable error) {
        tell(() -> listener.onError(error));
    }

    @Override
    public void onReadStart() {
        tell(listener::onReadStart);
    }

    @Override
    public void onReadComplete() {
        tell(listener::onReadComplete);
    }

    /** What a listener throws must not stop the reading of the frame that it is told about. */
    private static void tell(Runnable call) {
        try {
            call.run();
        } catch (Throwable t) {
            Exceptions.throwIfJvmFatal(t);
            log.error("A listener of a pipe failed; the pipe goes on", t);
        }
    }

    @Override
    public void opened() {
        limit.dispose();
        MonoSink<Pipe> sink = caller.getAndSet(null);
        if (sink != null) {
            open = true;
            sink.success(this);
        } else if (open) {
            abort(new SessionLostException("it opened another one"));
        }
    }

    @Override
    public void heartbeat() {
        onPong();
    }

    @Override
    public void message(ByteBuf text) {
        if (open && closedBy == null) {
            tell(() -> listener.onText(text));
        }
    }

    @Override
    public void skipped(RuntimeClientException error) {
        if (open) {
            onError(error);
        } else {
            fail(error);
        }
    }

    @Override
    public void closed(CloseStatus status) {
        Pipe opened = socket;
        if (opened != null && closedBy == null) {
            closedBy = status;
            opened.close(CloseStatus.NORMAL, "", CLOSE_LIMIT).subscribe();
        }
    }

    private SessionEnd end(SessionEnd ofSocket) {
        CloseStatus status = closedBy;
        return status == null ? ofSocket : SessionEnd.remote(status.code(), status.reason());
    }

    // --- what is asked of it, once it is open

    private Pipe socket() {
        Pipe opened = socket;
        if (opened == null) {
            throw new IllegalStateException("The pipe is not open yet");
        }
        return opened;
    }

    @Override
    public String subprotocol() {
        return "";
    }

    @Override
    public Mono<Void> send(OutboundMessage message) {
        return socket().send(Outgoing.framed(message)).onErrorMap(DisconnectedException.class, this::closedByServer);
    }

    /** When the server has closed the session, it is not this side that disconnected. */
    private Throwable closedByServer(DisconnectedException error) {
        CloseStatus status = closedBy;
        return status == null
                ? error
                : SessionEnd.remote(status.code(), status.reason()).toError();
    }

    @Override
    public void ping() {
        socket().ping();
    }

    @Override
    public void reading(boolean on) {
        socket().reading(on);
    }

    @Override
    public void reading(BooleanSupplier wanted) {
        socket().reading(wanted);
    }

    @Override
    public long queuedBytes() {
        return socket().queuedBytes();
    }

    @Override
    public Mono<Void> flushed() {
        return socket().flushed();
    }

    @Override
    public Mono<Void> close(int code, String reason, Duration within) {
        return socket().close(code, reason, within);
    }

    @Override
    public void abort(Throwable cause) {
        socket().abort(cause);
    }

    @Override
    public Mono<SessionEnd> ended() {
        return socket().ended().map(this::end);
    }
}
