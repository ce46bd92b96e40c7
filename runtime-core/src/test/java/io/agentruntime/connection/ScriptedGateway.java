package io.agentruntime.connection;

import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

/** An opener that does what a test has scripted, in virtual time, with an engine on top. */
final class ScriptedGateway implements SessionOpener<ScriptedGateway.FakeSession> {

    record Info(String sessionId) implements SessionInfo {}

    static final class FakeSession implements Session {

        private final Info info;
        private final Sinks.One<SessionEnd> end = Sinks.one();
        private final Mono<Void> closing;
        int closes;

        FakeSession(String id, Mono<Void> closing) {
            this.info = new Info(id);
            this.closing = closing;
        }

        void lose(int code, String reason) {
            end.tryEmitValue(SessionEnd.remote(code, reason));
        }

        void lose(Throwable cause) {
            end.tryEmitValue(SessionEnd.broken(cause));
        }

        @Override
        public SessionInfo info() {
            return info;
        }

        @Override
        public Mono<SessionEnd> ended() {
            return end.asMono();
        }

        @Override
        public Mono<Void> close() {
            return Mono.defer(() -> {
                closes++;
                end.tryEmitValue(SessionEnd.local(CloseStatus.NORMAL, ""));
                return closing;
            });
        }

        @Override
        public Mono<Void> flushed() {
            return Mono.empty();
        }
    }

    /** The largest jitter, so that delays in tests are exact. */
    static final RandomGenerator MOST = new RandomGenerator() {
        @Override
        public long nextLong() {
            return Long.MAX_VALUE;
        }

        @Override
        public long nextLong(long bound) {
            return bound - 1;
        }
    };

    final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    final List<FakeSession> sessions = new ArrayList<>();
    final List<Attempt> attempts = new ArrayList<>();
    final List<ConnectionState> states = new ArrayList<>();
    final List<ConnectionEvent> events = new ArrayList<>();
    final List<String> released = new ArrayList<>();
    int cancelled;
    boolean refreshable;
    Mono<Void> closing = Mono.empty();
    private Consumer<Attempt> onAttempt = attempt -> {};
    private final Deque<Mono<FakeSession>> script = new ArrayDeque<>();

    /** The next attempt opens a session. */
    ScriptedGateway accept() {
        script.add(Mono.fromSupplier(this::newSession));
        return this;
    }

    /** The next attempt opens a session after some time. */
    ScriptedGateway acceptAfter(Duration delay) {
        script.add(Mono.delay(delay, time).map(tick -> newSession()));
        return this;
    }

    /** The next attempt fails. */
    ScriptedGateway refuse(Throwable error) {
        script.add(Mono.error(error));
        return this;
    }

    /** The next attempt never ends by itself. */
    ScriptedGateway hang() {
        script.add(Mono.never());
        return this;
    }

    private FakeSession newSession() {
        FakeSession session = new FakeSession("s" + (sessions.size() + 1), closing);
        sessions.add(session);
        return session;
    }

    FakeSession session() {
        return sessions.get(sessions.size() - 1);
    }

    ConnectionEngine<FakeSession> engine() {
        return engine(reconnect -> reconnect, FailureClassifier.standard());
    }

    ConnectionEngine<FakeSession> engine(UnaryOperator<ReconnectPolicy.Builder> reconnect) {
        return engine(reconnect, FailureClassifier.standard());
    }

    /** An engine whose attempts {@code onAttempt} sees first. */
    ConnectionEngine<FakeSession> engineOn(
            Consumer<Attempt> onAttempt, UnaryOperator<ReconnectPolicy.Builder> reconnect) {
        this.onAttempt = onAttempt;
        return engine(reconnect);
    }

    ConnectionEngine<FakeSession> engine(
            UnaryOperator<ReconnectPolicy.Builder> reconnect, FailureClassifier classifier) {
        ConnectionEngine<FakeSession> engine = new ConnectionEngine<>(
                this,
                new ConnectionOptions(
                        "test",
                        reconnect.apply(ReconnectPolicy.documented()).build(),
                        classifier,
                        refreshable,
                        Duration.ofSeconds(5),
                        time,
                        MOST,
                        StreamOptions.of(OverflowPolicy.DROP_OLDEST).withDeliverOn(Schedulers.immediate())),
                listener());
        engine.state().subscribe(states::add);
        engine.events().subscribe(events::add);
        return engine;
    }

    static ConnectionListener<FakeSession> listener() {
        return new ConnectionListener<>() {
            @Override
            public void onState(ConnectionState state) {}

            @Override
            public void onSession(FakeSession session) {}
        };
    }

    @Override
    public Mono<FakeSession> open(Attempt attempt) {
        attempts.add(attempt);
        onAttempt.accept(attempt);
        attempt.onAbandon(
                last -> Mono.fromRunnable(() -> released.add(attempt.number() + (last ? " for good" : " retried"))));
        Mono<FakeSession> next = script.poll();
        return (next == null ? Mono.<FakeSession>error(new IllegalStateException("no more script")) : next)
                .doOnCancel(() -> cancelled++);
    }

    void pass(Duration duration) {
        time.advanceTimeBy(duration);
    }

    /** The states seen so far, as short words: {@code connected s1}, {@code reconnecting 2 in PT3S}, ... */
    List<String> seen() {
        return states.stream().map(ScriptedGateway::word).toList();
    }

    private static String word(ConnectionState state) {
        if (state instanceof ConnectionState.Connected connected) {
            return "connected " + connected.session().sessionId();
        }
        if (state instanceof ConnectionState.Reconnecting retry) {
            return "reconnecting " + retry.attempt() + " in " + retry.delay();
        }
        if (state instanceof ConnectionState.Failed failed) {
            return "failed " + failed.cause().getClass().getSimpleName();
        }
        return state.name();
    }
}
