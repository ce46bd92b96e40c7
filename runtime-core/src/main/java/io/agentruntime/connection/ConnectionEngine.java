package io.agentruntime.connection;

import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Connecting;
import io.agentruntime.connection.ConnectionState.Disconnected;
import io.agentruntime.connection.ConnectionState.Failed;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.NotConnectedException;
import io.agentruntime.error.RetriesExhaustedException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.RuntimeClosedException;
import io.agentruntime.stream.HotStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Keeps one connection: opens a session, watches over it, opens another when it is lost, and says where it stands.
 *
 * <p>{@link ConnectionState} has the table of transitions, {@link StateMachine} is the only place that changes the state.
 * Everything that happens (calls of users, results of attempts, ends of sessions, timers) goes through one inbox and is
 * handled one at a time; what belongs to an attempt or session that is no longer the current one is recognised there and
 * dropped.
 *
 * @param <S> the protocol's session
 */
public final class ConnectionEngine<S extends Session> {

    private static final Logger log = LoggerFactory.getLogger(ConnectionEngine.class);

    private final SessionOpener<S> opener;
    private final ConnectionOptions options;
    private final ConnectionListener<S> listener;
    private final StateMachine states;
    private final RetryPlan plan;
    private final HotStream<ConnectionEvent> events;
    private final SerialExecutor inbox = new SerialExecutor();
    private final Releases earlierReleases = new Releases();

    private volatile @Nullable S session;
    private volatile boolean closed;

    // From here on only touched by tasks of the inbox.
    private final List<MonoSink<S>> sessionWaiters = new ArrayList<>();
    private final List<MonoSink<Void>> disconnectWaiters = new ArrayList<>();
    private @Nullable Run<S> run;
    private boolean releasing;

    public ConnectionEngine(SessionOpener<S> opener, ConnectionOptions options, ConnectionListener<S> listener) {
        this.opener = opener;
        this.options = options;
        this.listener = listener;
        this.states = new StateMachine(options, listener);
        this.plan = new RetryPlan(options);
        this.events = new HotStream<>("connection events of " + options.name(), null);
    }

    /**
     * The present state, then each one after it. Never fails, never repeats a state, completes after {@link #close()}.
     * Served by the options' {@code delivery}.
     */
    public Flux<ConnectionState> state() {
        return states.flux(inbox);
    }

    /** The present state. */
    public ConnectionState currentState() {
        return states.current();
    }

    /** Attempts, failures, verdicts, delays and close statuses from subscription on. Completes after {@link #close()}. */
    public Flux<ConnectionEvent> events() {
        return events.flux(options.delivery());
    }

    /**
     * Opens a session, or joins whoever is at it already, or emits the one that is open.
     *
     * <p>Without {@code retryInitialConnect} there is one attempt, and its error is the result. While reconnecting, waits
     * for the outcome. Cancelling gives the attempt up when nobody else waits for it and no session was open since it
     * began. Errors: the attempt's; the cause of {@code Failed}; {@link DisconnectedException}; {@link
     * RuntimeClosedException}.
     */
    public Mono<S> connect() {
        return Mono.create(sink -> inbox.execute(() -> onConnect(sink)));
    }

    /**
     * Ends the session or whatever is on the way to one, and stays disconnected. The state is {@code Disconnected} at
     * once; completes when the session has ended, at most after {@code closeTimeout}. Idempotent; never fails. Cancelling
     * stops the waiting only.
     */
    public Mono<Void> disconnect() {
        return Mono.create(sink -> inbox.execute(() -> onDisconnect(sink)));
    }

    /** {@link #disconnect()}, for good: completes the states and events, and every later {@link #connect()} fails. */
    public Mono<Void> close() {
        return Mono.create(sink -> inbox.execute(() -> {
            closed = true;
            onDisconnect(sink);
        }));
    }

    /** The open session, if there is one. */
    public Optional<S> session() {
        return Optional.ofNullable(session);
    }

    /**
     * The open session, or the next one when it comes within {@code patience}. Errors: {@link NotConnectedException} when
     * there is none by then, or none is being opened; {@link RuntimeClosedException}.
     */
    public Mono<S> session(Duration patience) {
        return Mono.defer(() -> {
            S open = session;
            if (open != null) {
                return Mono.just(open);
            }
            if (closed) {
                return Mono.error(new RuntimeClosedException());
            }
            if (patience.isZero()) {
                return Mono.error(notConnected());
            }
            return nextSession().timeout(patience, Mono.error(this::notConnected), options.timer());
        });
    }

    private Mono<S> nextSession() {
        return Mono.create(sink -> inbox.execute(() -> {
            S open = session;
            if (open != null) {
                sink.success(open);
            } else if (run == null) {
                sink.error(notConnected());
            } else {
                sessionWaiters.add(sink);
                sink.onCancel(() -> inbox.execute(() -> sessionWaiters.remove(sink)));
            }
        }));
    }

    private NotConnectedException notConnected() {
        return new NotConnectedException(currentState().name());
    }

    // ---- What users ask for

    private void onConnect(MonoSink<S> sink) {
        if (closed) {
            sink.error(new RuntimeClosedException());
            return;
        }
        Run<S> current = run;
        if (current != null && current.session != null) {
            sink.success(current.session);
            return;
        }
        if (current != null) {
            wait(current, sink);
            return;
        }
        Run<S> started = new Run<>(sink.contextView());
        run = started;
        wait(started, sink);
        states.moveTo(new Connecting());
        if (!releasing) { // otherwise as soon as the session before has ended
            startAttempt(started);
        }
    }

    private void wait(Run<S> current, MonoSink<S> sink) {
        current.waiters.add(sink);
        sink.onCancel(() -> inbox.execute(() -> onCallerGone(current, sink)));
    }

    private void onCallerGone(Run<S> current, MonoSink<S> sink) {
        boolean last = current.waiters.remove(sink) && current.waiters.isEmpty();
        if (last && current == run && !current.established) {
            endRun(current, new DisconnectedException("connect()"));
        }
    }

    private void onDisconnect(MonoSink<Void> sink) {
        disconnectWaiters.add(sink);
        Run<S> current = run;
        if (current != null) {
            endRun(current, new DisconnectedException("connect()"));
        } else {
            states.moveTo(new Disconnected());
            if (!releasing) {
                onReleased();
            }
        }
    }

    // ---- The supervising loop: attempt, session, delay, attempt, ...

    private void startAttempt(Run<S> current) {
        Attempt attempt = new Attempt(
                current.retries, !current.established && !options.reconnect().retryInitialConnect());
        current.attempt = attempt;
        tell(new ConnectionEvent.AttemptStarted(attempt.number()));
        current.step.update(Mono.defer(() -> opener.open(attempt))
                .switchIfEmpty(Mono.error(() -> new IllegalStateException("The opener gave no session")))
                .contextWrite(current.context)
                .subscribe(
                        opened -> inbox.execute(() -> onOpened(current, attempt, opened)),
                        error -> inbox.execute(() -> onOpenFailed(current, attempt, error))));
    }

    private void onOpened(Run<S> current, Attempt attempt, S opened) {
        if (run != current || current.attempt != attempt) {
            return; // abandoned in the meantime; its releases have closed the session
        }
        current.attempt = null;
        current.session = opened;
        current.established = true;
        current.refreshed = false;
        current.openedNanos = nanos();
        session = opened;
        states.moveTo(new Connected(opened.info(), now()));
        states.tell(() -> listener.onSession(opened));
        tell(new ConnectionEvent.SessionOpened(attempt.number(), opened.info()));
        current.step.update(opened.ended().subscribe(end -> inbox.execute(() -> onSessionEnded(current, opened, end))));
        succeed(current.waiters, opened);
        succeed(sessionWaiters, opened);
    }

    private void onOpenFailed(Run<S> current, Attempt attempt, Throwable error) {
        if (run != current || current.attempt != attempt) {
            return;
        }
        current.attempt = null;
        Verdict verdict = plan.judge(current, error);
        tell(new ConnectionEvent.AttemptFailed(attempt.number(), error, verdict));
        boolean retried = !attempt.single() && plan.retries(current, verdict);
        earlierReleases.add(attempt.abandon(retried));
        current.farewell = () -> attempt.abandon(false);
        if (attempt.single()) {
            endRun(current, error);
        } else {
            onFailure(current, error, verdict);
        }
    }

    private void onSessionEnded(Run<S> current, S ended, SessionEnd end) {
        if (run != current || current.session != ended) {
            return;
        }
        current.session = null;
        session = null;
        current.farewell = ended::close;
        Duration lasted = Duration.ofNanos(nanos() - current.openedNanos);
        if (lasted.compareTo(options.reconnect().stableAfter()) >= 0) {
            current.retries = 0;
            current.lastDelay = Duration.ZERO;
        }
        RuntimeClientException error = end.toError();
        Verdict verdict = plan.judge(current, error);
        tell(new ConnectionEvent.SessionLost(ended.info(), end, lasted, verdict));
        onFailure(current, error, verdict);
    }

    private void onFailure(Run<S> current, Throwable error, Verdict verdict) {
        if (verdict == Verdict.TERMINAL) {
            giveUp(current, error);
        } else if (!plan.retries(current, verdict)) {
            giveUp(current, new RetriesExhaustedException(current.retries, error));
        } else {
            current.refreshed |= verdict == Verdict.REFRESH_THEN_RETRY;
            scheduleRetry(current, error, verdict);
        }
    }

    private void scheduleRetry(Run<S> current, Throwable error, Verdict verdict) {
        Duration delay = plan.delay(current, error, verdict);
        Disposable waiting;
        try {
            waiting = options.timer()
                    .schedule(
                            () -> inbox.execute(() -> onDelayElapsed(current)),
                            delay.toMillis(),
                            TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            giveUp(current, e); // the user's timer is disposed: no retry would ever come
            return;
        }
        current.lastDelay = delay;
        current.retries++;
        current.step.update(waiting);
        states.moveTo(new Reconnecting(current.retries, delay, error));
        tell(new ConnectionEvent.RetryScheduled(current.retries, delay));
    }

    private void onDelayElapsed(Run<S> current) {
        if (run == current && current.session == null && current.attempt == null) {
            startAttempt(current);
        }
    }

    // ---- Endings

    /** No attempt is left that could help. */
    private void giveUp(Run<S> current, Throwable error) {
        run = null;
        current.step.dispose();
        earlierReleases.add(current.farewell.get());
        states.moveTo(new Failed(error));
        fail(current.waiters, error);
        fail(sessionWaiters, notConnected());
    }

    /** Stops whatever the run is at and releases what it holds; whoever waits for it gets {@code error}. */
    private void endRun(Run<S> current, Throwable error) {
        run = null;
        session = null;
        current.step.dispose();
        states.moveTo(new Disconnected());
        fail(current.waiters, error);
        fail(sessionWaiters, notConnected());
        if (!releasing) {
            releasing = true;
            release(current)
                    .timeout(options.closeTimeout(), Mono.empty(), options.timer())
                    .subscribe(nothing -> {}, this::onReleaseFailed, () -> inbox.execute(this::onReleased));
        }
    }

    private Mono<Void> release(Run<S> current) {
        Mono<Void> own = current.session != null
                ? current.session.close()
                : current.attempt != null ? current.attempt.abandon(false) : current.farewell.get();
        return Mono.whenDelayError(own, earlierReleases.done());
    }

    private void onReleaseFailed(Throwable error) {
        log.debug("The session of {} did not end in good order", options.name(), error);
        inbox.execute(this::onReleased);
    }

    private void onReleased() {
        releasing = false;
        List<MonoSink<Void>> waiters = List.copyOf(disconnectWaiters);
        disconnectWaiters.clear();
        Run<S> next = run;
        if (next != null) {
            startAttempt(next);
        } else if (closed) {
            states.complete();
            events.complete();
        }
        waiters.forEach(Outcomes::complete);
    }

    private void tell(ConnectionEvent event) {
        states.tell(() -> listener.onEvent(event));
        events.next(event);
    }

    private long nanos() {
        return options.timer().now(TimeUnit.NANOSECONDS);
    }

    private Instant now() {
        return Instant.ofEpochMilli(options.timer().now(TimeUnit.MILLISECONDS));
    }

    private static <T> void succeed(List<MonoSink<T>> sinks, T value) {
        List<MonoSink<T>> all = List.copyOf(sinks);
        sinks.clear();
        all.forEach(sink -> Outcomes.succeed(sink, value));
    }

    private static <T> void fail(List<MonoSink<T>> sinks, Throwable error) {
        List<MonoSink<T>> all = List.copyOf(sinks);
        sinks.clear();
        all.forEach(sink -> Outcomes.fail(sink, error));
    }
}
