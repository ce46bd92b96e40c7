package io.agentruntime.octavus;

import io.agentruntime.connection.SerialExecutor;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.RuntimeClosedException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.octavus.StreamEvent.Aborted;
import io.agentruntime.stream.Batch;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The turns over a socket, one at a time, and the only place that moves one from phase to phase. The protocol has no ids that
 * would say whose an event is, and a turn that is given up gets no last event; so what turns leave behind is remembered ({@link
 * Leftover}) until a {@code start}, a last event or the end of the socket shows that it is gone.
 *
 * <table>
 * <caption>Phases</caption>
 * <tr><th>from</th><th>when</th><th>to</th></tr>
 * <tr><td>CONNECTING</td><td>the socket is open, and nothing is left on it</td><td>RUNNING; the message is sent</td></tr>
 * <tr><td>CONNECTING</td><td>the socket is open, and a turn that had begun was given up</td><td>DRAINING; the message is sent</td></tr>
 * <tr><td>CONNECTING</td><td>the socket is open, and a turn was given up before anything of it came: two beginnings could not
 *     be told apart</td><td>HELD</td></tr>
 * <tr><td>HELD</td><td>that turn begins or ends, or {@code settleTimeout} has passed</td><td>as from CONNECTING</td></tr>
 * <tr><td>HELD</td><td>the socket is lost</td><td>CONNECTING: nothing was sent</td></tr>
 * <tr><td>DRAINING</td><td>a {@code start} comes, or the given-up turn's {@code finish}; what comes before is dropped</td><td>RUNNING</td></tr>
 * <tr><td>DRAINING</td><td>an {@code error} comes: it may be either turn's</td><td>RUNNING with the next event; ENDED with
 *     that error when none has come within {@code settleTimeout}</td></tr>
 * <tr><td>RUNNING</td><td>{@code finish}, {@code error}</td><td>ENDED; nothing is left behind</td></tr>
 * <tr><td>DRAINING, RUNNING</td><td>the socket is lost; something unreadable comes; nothing comes for {@code
 *     turnTimeout}</td><td>ENDED with an error</td></tr>
 * <tr><td>any</td><td>stop, cancel, another turn, another session, close</td><td>ENDED; the server is told to stop, unless the
 *     next turn does that</td></tr>
 * </table>
 */
final class Turns {

    private static final Logger log = LoggerFactory.getLogger(OctavusSocketTransport.class);

    private final SerialExecutor inbox = new SerialExecutor();
    private final SocketSettings settings;
    private final Mono<OctavusSession> connect;
    private final Scheduler timer;

    // Only touched by tasks of the inbox.
    private final Batch batch = new Batch();
    private final Set<String> asked = new HashSet<>();
    private @Nullable OctavusSession asking;
    private @Nullable Turn current;
    private Leftover leftover = Leftover.NONE;
    private boolean closed;

    /** @param connect the open session, or the next one when it comes in time */
    Turns(SocketSettings settings, Mono<OctavusSession> connect) {
        this.settings = settings;
        this.timer = settings.timer();
        this.connect = connect;
    }

    // ---- What users ask for

    /** The turn's events; subscribing begins it. */
    Flux<StreamEvent> flux(Turn turn) {
        Flux<StreamEvent> events = turn.events(settings.turnStream())
                .doOnCancel(() -> inbox.execute(() -> giveUp(turn)))
                .doOnError(error -> inbox.execute(() -> giveUp(turn))); // a subscriber that was too slow
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super StreamEvent> actual) {
                events.subscribe(actual);
                inbox.execute(() -> begin(turn));
            }
        };
    }

    private void begin(Turn turn) {
        if (turn.phase == Turn.Phase.ENDED) {
            return; // cancelled at once
        }
        if (closed) {
            turn.fail(new RuntimeClosedException());
            return;
        }
        String execution = turn.continued;
        if (execution != null && !isKnown(execution)) {
            turn.fail(new ExecutionLostException(execution));
            return;
        }
        abort(Aborted.Reason.REPLACED, false);
        current = turn;
        asked.clear();
        connect(turn);
    }

    /** A session that the server made ends with its socket, and its executions end with it. */
    private boolean isKnown(String executionId) {
        return settings.namesSession() || (asking != null && asking.receiving() && asked.contains(executionId));
    }

    /** Completes when the server has been told, where there was something to stop. */
    Mono<Void> stop() {
        return Mono.create(sink -> inbox.execute(() -> {
            OctavusSession told = abort(Aborted.Reason.STOPPED, true);
            Mono<Void> gone = told == null ? Mono.empty() : told.flushed();
            sink.onDispose(gone.subscribe(nothing -> {}, error -> sink.success(), sink::success));
        }));
    }

    /** Ends the turn that runs, because the session is to be another one. */
    void sessionChanges() {
        inbox.execute(() -> abort(Aborted.Reason.SESSION_CHANGED, true));
    }

    void close() {
        inbox.execute(() -> {
            closed = true;
            Turn turn = current;
            if (turn != null) {
                fail(turn, new RuntimeClosedException());
            }
        });
    }

    private void giveUp(Turn turn) {
        boolean running = turn == current;
        if (turn.phase != Turn.Phase.ENDED) {
            leave(turn);
            turn.complete();
        }
        if (running) {
            tellToStop();
        }
    }

    // ---- From subscription to sending

    private void connect(Turn turn) {
        turn.phase = Turn.Phase.CONNECTING;
        turn.session = null;
        turn.waiting.update(connect.subscribe(
                session -> inbox.execute(() -> connected(turn, session)),
                error -> inbox.execute(() -> {
                    if (turn.phase == Turn.Phase.CONNECTING) {
                        fail(turn, error);
                    }
                })));
    }

    private void connected(Turn turn, OctavusSession session) {
        if (turn.phase != Turn.Phase.CONNECTING) {
            return;
        }
        if (!session.receiving()) { // lost, and the engine has yet to hear of it
            turn.waiting.update(session.ended()
                    .subscribe(end -> inbox.execute(() -> {
                        if (turn.phase == Turn.Phase.CONNECTING) {
                            connect(turn);
                        }
                    })));
            return;
        }
        turn.session = session;
        if (leftover.isOn(session) && leftover.unstarted()) {
            turn.phase = Turn.Phase.HELD;
            turn.waiting.update(after(settings.settleTimeout(), () -> {
                if (turn.phase == Turn.Phase.HELD) {
                    leftover = leftover.givenUp();
                    send(turn, session);
                }
            }));
        } else {
            send(turn, session);
        }
    }

    private void send(Turn turn, OctavusSession session) {
        turn.phase = leftover.isOn(session) ? Turn.Phase.DRAINING : Turn.Phase.RUNNING;
        turn.lastEvent = timer.now(TimeUnit.NANOSECONDS);
        watchSilence(turn, settings.turnTimeout());
        session.use();
        session.send(turn.message)
                .subscribe(nothing -> {}, error -> inbox.execute(() -> sendFailed(turn, session, error)));
    }

    private void sendFailed(Turn turn, OctavusSession session, Throwable error) {
        if (turn.isSent() && session.receiving()) { // otherwise its loss is reported
            detach(turn);
            turn.fail(error);
            tellToStop(); // the turn before, which this one was to end
        }
    }

    // ---- What comes from the socket

    /** Events that were read together wake their subscriber up once. */
    void readStarts() {
        inbox.execute(batch::begin);
    }

    void readIsComplete() {
        inbox.execute(batch::end);
    }

    void event(OctavusSession session, StreamEvent event) {
        inbox.execute(() -> onEvent(session, event));
    }

    private void onEvent(OctavusSession session, StreamEvent event) {
        Turn turn = current;
        if (turn == null || turn.session != session || !turn.isSent()) {
            leftoverEvent(session, event);
        } else {
            turn.lastEvent = timer.now(TimeUnit.NANOSECONDS);
            if (turn.phase == Turn.Phase.RUNNING) {
                running(turn, session, event);
            } else {
                draining(turn, session, event);
            }
        }
    }

    private void running(Turn turn, OctavusSession session, StreamEvent event) {
        turn.begun = true;
        if (event instanceof StreamEvent.ErrorEvent failed) {
            over(turn);
            turn.fail(new AgentErrorException(failed.error()));
            return;
        }
        if (event instanceof StreamEvent.Start start && turn.start == null) {
            turn.start = start;
        } else if (event instanceof StreamEvent.ClientToolRequest request) {
            asking = session;
            asked.add(request.executionId());
        }
        turn.next(event, batch);
        if (event instanceof StreamEvent.Finish) {
            over(turn);
            turn.complete();
        } else if (!turn.isHeard()) {
            giveUp(turn); // too slow, and it will learn of that when it reads on, if ever
        }
    }

    private void draining(Turn turn, OctavusSession session, StreamEvent event) {
        if (turn.heldError != null) {
            turn.heldError = null; // the other turn's: of this one nothing would follow
            opened(turn);
            running(turn, session, event);
        } else if (event instanceof StreamEvent.Start start && !(leftover.isFrom(start) && !continues(turn, start))) {
            opened(turn);
            running(turn, session, event);
        } else if (event instanceof StreamEvent.Finish) {
            opened(turn);
        } else if (event instanceof StreamEvent.ErrorEvent failed) {
            turn.heldError = failed;
            turn.waiting.update(after(settings.settleTimeout(), () -> {
                if (turn.phase == Turn.Phase.DRAINING && failed.equals(turn.heldError)) {
                    opened(turn);
                    running(turn, session, failed);
                }
            }));
        }
    }

    private static boolean continues(Turn turn, StreamEvent.Start start) {
        return turn.continued != null && turn.continued.equals(start.executionId());
    }

    private void opened(Turn turn) {
        turn.phase = Turn.Phase.RUNNING;
        leftover = Leftover.NONE;
    }

    private void leftoverEvent(OctavusSession session, StreamEvent event) {
        if (!leftover.isOn(session)) {
            return; // nobody ever asked for it
        }
        leftover = leftover.after(event);
        Turn held = current;
        if (held != null && held.phase == Turn.Phase.HELD && !leftover.unstarted()) {
            send(held, session);
        }
    }

    /** Something came that cannot be read. It may have been the end of the turn, so that the turn cannot go on. */
    void unreadable(OctavusSession session, DecodeException error) {
        inbox.execute(() -> {
            Turn turn = current;
            if (turn != null && turn.session == session && turn.isSent()) {
                fail(turn, error);
                tellToStop();
            }
        });
    }

    void sessionLost(OctavusSession session, Throwable cause) {
        inbox.execute(() -> {
            if (leftover.session() == session) {
                leftover = Leftover.NONE;
            }
            if (asking == session) {
                asking = null;
                asked.clear();
            }
            Turn turn = current;
            if (turn == null || turn.session != session) {
                return;
            }
            boolean wanted = cause instanceof DisconnectedException;
            if (turn.phase == Turn.Phase.HELD && !wanted) {
                connect(turn);
            } else {
                over(turn);
                turn.fail(wanted ? new DisconnectedException(turn.name) : new SessionEndedException(turn.name, cause));
            }
        });
    }

    private void watchSilence(Turn turn, Duration limit) {
        turn.silence.update(after(limit, () -> {
            if (!turn.isSent()) {
                return;
            }
            Duration silent = Duration.ofNanos(timer.now(TimeUnit.NANOSECONDS) - turn.lastEvent);
            if (silent.compareTo(settings.turnTimeout()) < 0) {
                watchSilence(turn, settings.turnTimeout().minus(silent));
            } else {
                fail(turn, new TimeLimitException("The next event of " + turn.name, settings.turnTimeout()));
                tellToStop();
            }
        }));
    }

    // ---- Endings

    /** Ends the turn that runs. The session that was told to stop, if any. */
    private @Nullable OctavusSession abort(Aborted.Reason reason, boolean tell) {
        Turn turn = current;
        if (turn != null) {
            leave(turn);
            turn.next(new Aborted(reason), batch);
            turn.complete();
        }
        return turn != null && tell ? tellToStop() : null;
    }

    private void fail(Turn turn, Throwable error) {
        leave(turn);
        turn.fail(error);
    }

    /** The turn is given up: what it leaves on the socket is remembered. */
    private void leave(Turn turn) {
        if (turn.isSent()) {
            leftover = leftover.plus(turn);
        }
        detach(turn);
    }

    /** The turn has come to its own end, or its socket has: nothing of it can come any more. */
    private void over(Turn turn) {
        leftover = Leftover.NONE;
        detach(turn);
    }

    private void detach(Turn turn) {
        if (current == turn) {
            current = null;
        }
    }

    private @Nullable OctavusSession tellToStop() {
        OctavusSession session = leftover.session();
        if (session == null || leftover.told() || !session.receiving()) {
            return null;
        }
        leftover = leftover.asTold();
        session.send(settings.message(ClientMessages.STOP))
                .subscribe(
                        nothing -> {}, error -> log.debug("No stop sent: {}", RuntimeClientException.describe(error)));
        return session;
    }

    private Disposable after(Duration delay, Runnable task) {
        return timer.schedule(() -> inbox.execute(task), delay.toMillis(), TimeUnit.MILLISECONDS);
    }
}
