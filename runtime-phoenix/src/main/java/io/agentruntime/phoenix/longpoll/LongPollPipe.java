package io.agentruntime.phoenix.longpoll;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.SerialExecutor;
import io.agentruntime.connection.SessionEnd;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.OutboundOverflowException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.WebSocketOptions;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * A pipe over long-polling: one GET waits for messages, and beside it one POST at a time brings what was queued meanwhile.
 * Whatever fails ends the pipe, for what was under way may be lost: no request is made twice. The server is not told of the
 * end; it notices that nobody polls.
 */
final class LongPollPipe implements Pipe {

    private static final Logger log = LoggerFactory.getLogger(Pipe.class);

    /** The largest number of messages that Phoenix' own client puts into one POST. */
    private static final int MAX_BATCH = 100;

    /** More than this goes into another POST; a server reads 8 MB. */
    private static final int MAX_BATCH_BYTES = 1 << 20;

    /** What Phoenix' own client closes with. */
    private static final int SESSION_GONE = 3410;

    private static final int SERVER_ERROR = 1011;

    private final Requests requests;
    private final String token;
    private final PipeListener listener;
    private final WebSocketOptions limits;
    private final Scheduler timer;
    private final SerialExecutor inbox = new SerialExecutor();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final Sinks.One<SessionEnd> ended = Sinks.one();

    // From here on only touched by tasks of the inbox.
    private final Deque<Line> urgent = new ArrayDeque<>();
    private final Deque<Line> normal = new ArrayDeque<>();
    private final Disposable.Swap polling = Disposables.swap();
    private final Disposable.Swap posting = Disposables.swap();
    private final Disposable.Swap closeLimit = Disposables.swap();
    private List<Line> posted = List.of();
    private boolean reading = true;
    private boolean pollRuns;
    private @Nullable CloseStatus closing;
    private @Nullable Throwable end;

    LongPollPipe(Requests requests, String token, PipeListener listener, WebSocketOptions limits, Scheduler timer) {
        this.requests = requests;
        this.token = token;
        this.listener = listener;
        this.limits = limits;
        this.timer = timer;
    }

    @Override
    public String subprotocol() {
        return "";
    }

    // ---- Inbound

    /** Polls, and polls again after each answer. */
    void poll() {
        inbox.execute(this::nextPoll);
    }

    private void nextPoll() {
        if (!over() && reading && !pollRuns) {
            pollRuns = true;
            polling.update(requests.poll(token)
                    .subscribe(
                            answer -> inbox.execute(() -> onPolled(answer)),
                            error -> inbox.execute(() -> end(SessionEnd.broken(error)))));
        }
    }

    private void onPolled(Answer answer) {
        if (over()) {
            return;
        }
        pollRuns = false;
        switch (answer.status()) {
            case Answer.OK -> {
                answer.messages().forEach(this::receive);
                nextPoll();
            }
            case Answer.NO_CONTENT -> {
                tell(listener::onPong);
                nextPoll();
            }
            default -> endBecauseOf(answer);
        }
    }

    private void receive(JsonPayload message) {
        if (over()) {
            return;
        }
        String text;
        try {
            text = message.as(String.class);
        } catch (DecodeException e) {
            tell(() -> listener.onError(e));
            return;
        }
        byte[] binary = text.startsWith("[") || text.startsWith("{") ? null : binary(text);
        tell(() -> {
            if (binary == null) {
                listener.onText(Unpooled.wrappedBuffer(text.getBytes(UTF_8)));
            } else {
                listener.onBinary(Unpooled.wrappedBuffer(binary));
            }
        });
    }

    private static byte @Nullable [] binary(String base64) {
        try {
            return base64.isEmpty() ? null : Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return null; // neither: whoever reads the text will say so
        }
    }

    private static void tell(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException e) {
            log.error("A listener of a pipe failed; the pipe goes on", e);
        }
    }

    /** What is on its way arrives, then nothing more. The server gives up a session that does not poll for a while. */
    @Override
    public void reading(boolean on) {
        inbox.execute(() -> {
            reading = on;
            nextPoll();
        });
    }

    // ---- Outbound

    @Override
    public Mono<Void> send(OutboundMessage message) {
        return Mono.create(sink -> {
            Line line = Line.of(message, sink);
            long queued = queuedBytes.addAndGet(line.cost());
            if (queued > limits.maxQueuedBytes() && !line.urgent()) {
                queuedBytes.addAndGet(-line.cost());
                sink.error(new OutboundOverflowException(limits.maxQueuedBytes()));
                return;
            }
            enqueue(line);
        });
    }

    @Override
    public Mono<Void> flushed() {
        return Mono.create(sink -> enqueue(Line.marker(sink)));
    }

    private void enqueue(Line line) {
        inbox.execute(() -> {
            (line.urgent() ? urgent : normal).add(line);
            if (over()) {
                failQueued();
            } else {
                post();
            }
        });
        line.sink().onCancel(() -> inbox.execute(() -> cancel(line)));
    }

    private void cancel(Line line) {
        if ((line.urgent() ? urgent : normal).removeIf(queued -> queued == line)) {
            queuedBytes.addAndGet(-line.cost());
        }
    }

    private void post() {
        if (over() || !posted.isEmpty()) {
            return;
        }
        List<Line> batch = nextBatch();
        if (batch.isEmpty()) {
            return;
        }
        posted = batch;
        String type = batch.get(0).alone() ? "application/json" : "application/x-ndjson";
        posting.update(requests.post(token, type, body(batch))
                .subscribe(
                        answer -> inbox.execute(() -> onPosted(answer)),
                        error -> inbox.execute(() -> onPostFailed(error))));
    }

    private List<Line> nextBatch() {
        List<Line> batch = new ArrayList<>();
        int bytes = 0;
        for (Line line = next(); line != null; line = next()) {
            if (line.isMarker() && batch.isEmpty()) {
                remove(line);
                line.sink().success(); // all before it has been taken
                continue;
            }
            bytes += line.bytes().length;
            boolean full = batch.size() == MAX_BATCH || bytes > MAX_BATCH_BYTES || line.alone();
            if (full && !batch.isEmpty()) {
                break;
            }
            remove(line);
            batch.add(line);
            queuedBytes.addAndGet(-line.cost());
            if (line.alone()) {
                break;
            }
        }
        return batch;
    }

    private @Nullable Line next() {
        Line first = urgent.peek();
        return first != null ? first : normal.peek();
    }

    private void remove(Line line) {
        (line.urgent() ? urgent : normal).remove();
    }

    private static byte[] body(List<Line> batch) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Line line : batch) {
            if (body.size() > 0) {
                body.write('\n');
            }
            body.writeBytes(line.bytes());
        }
        return body.toByteArray();
    }

    private void onPosted(Answer answer) {
        if (end != null) {
            return;
        }
        if (answer.status() != Answer.OK) {
            endBecauseOf(answer);
            return;
        }
        List<Line> taken = posted;
        posted = List.of();
        taken.forEach(line -> line.sink().success());
        if (closing != null) {
            end(localEnd(closing));
        } else {
            post();
        }
    }

    /** The server may have acted on some of it. */
    private void onPostFailed(Throwable error) {
        if (end == null) {
            List<Line> lost = posted;
            posted = List.of();
            lost.forEach(line -> line.sink().error(error));
            end(closing == null ? SessionEnd.broken(error) : localEnd(closing));
        }
    }

    @Override
    public void ping() {
        // Each answer to a poll is a sign of life.
    }

    @Override
    public long queuedBytes() {
        return queuedBytes.get();
    }

    // ---- The end

    @Override
    public Mono<Void> close(int code, String reason, Duration limit) {
        return Mono.defer(() -> {
            inbox.execute(() -> startClosing(new CloseStatus(code, reason), limit));
            return ended().then();
        });
    }

    /** There is nothing to say to the server; what is on its way to it may arrive. */
    private void startClosing(CloseStatus status, Duration limit) {
        if (over()) {
            return;
        }
        closing = status;
        polling.dispose();
        failQueued();
        if (posted.isEmpty() || limit.isZero()) {
            end(localEnd(status));
        } else {
            closeLimit.update(timer.schedule(
                    () -> inbox.execute(() -> end(localEnd(status))), limit.toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    private static SessionEnd localEnd(CloseStatus status) {
        return SessionEnd.local(status.code(), status.reason());
    }

    @Override
    public void abort(Throwable cause) {
        inbox.execute(() -> end(SessionEnd.broken(cause)));
    }

    @Override
    public Mono<SessionEnd> ended() {
        return ended.asMono();
    }

    private void endBecauseOf(Answer answer) {
        switch (answer.status()) {
            case Answer.GONE -> end(SessionEnd.remote(SESSION_GONE, "session_gone"));
            case Answer.FORBIDDEN -> end(SessionEnd.remote(CloseStatus.POLICY_VIOLATION, "forbidden"));
            default -> end(SessionEnd.remote(SERVER_ERROR, "status " + answer.status()));
        }
    }

    private boolean over() {
        return end != null || closing != null;
    }

    private void end(SessionEnd how) {
        if (end != null) {
            return;
        }
        SessionEnd known = named(how);
        end = known.initiator() == SessionEnd.Initiator.LOCAL
                ? new DisconnectedException("Sending a message")
                : known.toError();
        polling.dispose();
        posting.dispose();
        closeLimit.dispose();
        List<Line> lost = posted;
        posted = List.of();
        Throwable error = end;
        lost.forEach(line -> line.sink().error(error));
        failQueued();
        ended.tryEmitValue(known);
    }

    /** A failure that is none of ours yet becomes a lost connection. */
    private static SessionEnd named(SessionEnd how) {
        Throwable cause = how.cause();
        return cause == null || cause instanceof RuntimeClientException
                ? how
                : SessionEnd.broken(new ConnectionLostException(CloseStatus.ABNORMAL, "", cause));
    }

    private void failQueued() {
        Throwable error = end == null ? new DisconnectedException("Sending a message") : end;
        for (Line line = next(); line != null; line = next()) {
            remove(line);
            queuedBytes.addAndGet(-line.cost());
            if (line.isMarker()) {
                line.sink().success();
            } else {
                line.sink().error(error);
            }
        }
    }
}
