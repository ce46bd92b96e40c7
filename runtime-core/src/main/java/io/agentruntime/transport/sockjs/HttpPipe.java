package io.agentruntime.transport.sockjs;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.SessionEnd;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.LivenessTimeoutException;
import io.agentruntime.error.OutcomeUnknownException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.SessionLostException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.transport.AbstractPipe;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/**
 * A SockJS session over HTTP: a {@link Receiver}, a {@link Sender}, and what they have in common. It runs on a worker of
 * its own of the scheduler of timers.
 *
 * <p>While reading is off, the session is kept alive as long as that is possible: receiving goes on, and what arrives is
 * held, up to {@link WebSocketOptions#windowBytes()}. A server that has more to say than that waits 5 s for the next request
 * and then gives the session up.
 */
final class HttpPipe extends AbstractPipe implements FrameDecoder.Handler, Receiver.Handler, Sender.Handler {

    private final PipeListener listener;
    private final SockJsOptions settings;
    private final HttpLink link;
    private final Scheduler timers;
    private final Scheduler.Worker worker;
    private final FrameDecoder decoder;
    private final AnswerReader reader;
    private final Receiver receiver;
    private final Sender sender;
    private final String target;

    /** Until it is decided whether this pipe opens. */
    private final AtomicReference<@Nullable MonoSink<Pipe>> caller;

    private final Disposable.Swap openLimit = Disposables.swap();

    private volatile boolean readingWanted = true;

    // On the pipe's thread only.
    private final HeldMessages held = new HeldMessages();
    private boolean reading = true;
    private boolean open;
    private boolean leaving;
    private long framesBefore;

    private HttpPipe(
            SockJsTransport transport,
            Requests requests,
            HttpLink link,
            PipeListener listener,
            SockJsOptions settings,
            WebSocketOptions limits,
            Scheduler timers,
            MonoSink<Pipe> caller) {
        super(limits, timers, ByteBufAllocator.DEFAULT);
        this.listener = listener;
        this.settings = settings;
        this.link = link;
        this.timers = timers;
        this.worker = timers.createWorker();
        this.caller = new AtomicReference<>(caller);
        this.target = requests.address().toString();
        String session = SessionIds.next();
        boolean events = transport == SockJsTransport.EVENTSOURCE;
        this.decoder = new FrameDecoder(
                this, !events, new JsonString.Limit(limits.maxMessageBytes(), "webSocket.maxMessageBytes"));
        this.reader = events ? AnswerReader.events(decoder) : AnswerReader.lines(decoder);
        this.receiver = new Receiver(() -> answer(transport, requests, session), this::onThread, this::hasRoom, this);
        this.sender = new Sender(
                messages -> requests.send(link, session, messages, settings.sendTimeout()),
                this::onThread,
                settings.maxBatchBytes(),
                this);
    }

    /**
     * Opens a session. Cold; the pipe is emitted on its own thread, before the listener gets the first message. Errors:
     * {@link io.agentruntime.error.ConnectFailedException}, {@link HttpStatusException}, {@link TimeLimitException}, and how
     * the session ended before it was open. Takes the link over, and closes it with the pipe.
     */
    static Mono<Pipe> open(
            SockJsTransport transport,
            Requests requests,
            HttpLink link,
            PipeListener listener,
            SockJsOptions settings,
            WebSocketOptions limits,
            Duration limit,
            Scheduler timers) {
        return Mono.create(
                sink -> new HttpPipe(transport, requests, link, listener, settings, limits, timers, sink).start(limit));
    }

    private void start(Duration limit) {
        MonoSink<Pipe> sink = caller.get();
        if (sink == null) {
            return;
        }
        ended().subscribe(this::finished);
        sink.onCancel(() -> {
            caller.set(null);
            abort(new DisconnectedException("Opening a session"));
        });
        openLimit.update(after(limit, () -> onLimit(limit)));
        onThread(receiver::proceed);
    }

    private void onLimit(Duration limit) {
        if (!open) {
            abort(new TimeLimitException("Opening a SockJS session at " + target, limit));
        }
    }

    /** The pipe has ended: so have its connections. */
    private void finished(SessionEnd how) {
        openLimit.dispose();
        MonoSink<Pipe> sink = caller.getAndSet(null);
        if (sink != null) {
            sink.error(how.toError());
        }
        try {
            // Behind what the pipe's thread still has to do.
            execute(this::letGo);
        } catch (RejectedExecutionException e) {
            letGo();
        }
    }

    private void letGo() {
        cut();
        link.close().subscribe();
        worker.dispose();
    }

    private Flux<byte[]> answer(SockJsTransport transport, Requests requests, String session) {
        Duration silence = settings.receiveTimeout().isZero() ? Requests.FOREVER : settings.receiveTimeout();
        String method = transport == SockJsTransport.EVENTSOURCE ? "GET" : "POST";
        return requests.receive(
                link,
                session,
                transport,
                silence,
                head -> Receiver.refused(
                        head, method, transport.path(), Instant.ofEpochMilli(timers.now(TimeUnit.MILLISECONDS))));
    }

    // --- the pipe's thread

    @Override
    protected void onThread(Runnable task) {
        try {
            execute(task);
        } catch (RejectedExecutionException e) {
            // The pipe has ended, or whoever disposed the scheduler has ended everything.
        }
    }

    @Override
    protected void execute(Runnable task) {
        worker.schedule(task);
    }

    // --- what arrives

    private boolean hasRoom() {
        return !isEnded() && !held.isClosed() && (reading || held.bytes() < options.windowBytes());
    }

    @Override
    public void received(byte[] chunk) {
        onReadStart();
        try {
            reader.feed(chunk);
        } finally {
            onReadComplete();
        }
    }

    @Override
    public void answered() {
        if (!reader.endAnswer()) {
            onBroken(new ConnectionLostException(
                    CloseStatus.ABNORMAL, "", broken("it was cut in the middle of a frame")));
        } else if (decoder.frames() == framesBefore) {
            // Asking on would go round and round.
            onBroken(new ConnectionLostException(CloseStatus.ABNORMAL, "", broken("there was no frame in it")));
        }
        framesBefore = decoder.frames();
    }

    private static DecodeException broken(String problem) {
        return new DecodeException("answer of a SockJS server", problem, "", null);
    }

    @Override
    public void opened() {
        if (open) {
            onBroken(new SessionLostException("it opened another one"));
            return;
        }
        open = true;
        openLimit.dispose();
        MonoSink<Pipe> sink = caller.getAndSet(null);
        if (sink != null) {
            sink.success(this);
        }
    }

    @Override
    public void heartbeat() {
        onSignOfLife();
    }

    @Override
    public void message(ByteBuf text) {
        if (!open) {
            onBroken(broken("there was a message before the session was open"));
        } else if (reading && held.isEmpty()) {
            onMessage(false, text);
        } else if (!isEnded()) {
            held.add(text);
        }
    }

    @Override
    public void skipped(RuntimeClientException error) {
        if (open) {
            onSkipped(error);
        } else {
            onBroken(error);
        }
    }

    @Override
    public void closed(CloseStatus status) {
        if (held.isEmpty()) {
            onClose(status);
        } else {
            held.close(status);
        }
    }

    @Override
    public void reading(boolean on) {
        readingWanted = on;
        reading(() -> readingWanted);
    }

    @Override
    public void reading(BooleanSupplier wanted) {
        onThread(() -> {
            reading = wanted.getAsBoolean();
            held.deliver(() -> reading, message -> onMessage(false, message), this::onClose);
            receiver.proceed();
        });
    }

    // --- what goes out

    @Override
    protected boolean writable() {
        return open && !leaving && sender.hasRoom();
    }

    @Override
    protected void write(boolean binary, ByteBuf payload) {
        try {
            if (binary) {
                throw Outgoing.binary();
            }
            sender.add(payload);
        } finally {
            payload.release();
        }
    }

    @Override
    protected void flush() {
        sender.flush();
    }

    @Override
    public void sent() {
        onSignOfLife();
        if (leaving) {
            leave();
        } else {
            drain();
        }
    }

    /** The server answers a request without messages. */
    @Override
    protected void writePing() {
        sender.ping();
    }

    // --- how it ends

    @Override
    public void failed(Throwable error) {
        // A request to receive changes nothing, though its method is POST: that its outcome is unknown says too much.
        Throwable cause =
                error instanceof OutcomeUnknownException && error.getCause() != null ? error.getCause() : error;
        if (open && cause instanceof TimeLimitException) {
            onBroken(new LivenessTimeoutException(settings.receiveTimeout()));
        } else if (open && cause instanceof HttpStatusException) {
            // How the connection was lost, and no verdict on the next one.
            onBroken(new ConnectionLostException(CloseStatus.ABNORMAL, "", cause));
        } else {
            onBroken(cause);
        }
    }

    @Override
    public void notSent(Throwable error) {
        onBroken(error);
    }

    /**
     * There is no frame by which a client closes a session: the server learns of it by the end of the receiving answer. What
     * was posted before has to get through first.
     */
    @Override
    protected void writeClose(CloseStatus status) {
        leaving = true;
        if (!sender.isPosting()) {
            leave();
        }
    }

    private void leave() {
        onThread(() -> onBroken(null));
    }

    @Override
    protected void closeWhenWritten() {
        cut();
    }

    @Override
    protected void cut() {
        receiver.stop();
        sender.stop();
    }

    @Override
    protected void release() {
        held.release();
    }

    @Override
    protected PipeListener listener() {
        return listener;
    }

    @Override
    public String subprotocol() {
        return "";
    }
}
