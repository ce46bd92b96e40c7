package io.agentruntime.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ScriptedGateway.FakeSession;
import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.NotConnectedException;
import io.agentruntime.error.RuntimeClosedException;
import io.agentruntime.stream.StreamOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Those around the engine: who waits for a session, who is told of it, and who takes leave of the peer. */
class EngineCallersTest {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Throwable refused = new ConnectFailedException("localhost:1", new IOException("refused"));
    private final ScriptedGateway gateway = new ScriptedGateway();
    private final List<Object> got = new ArrayList<>();

    private void ask(ConnectionEngine<FakeSession> engine) {
        engine.session(PATIENCE).subscribe(got::add, got::add);
    }

    private ConnectionEngine<FakeSession> listenedTo(
            SessionOpener<FakeSession> opener, ConnectionListener<FakeSession> who) {
        return new ConnectionEngine<>(
                opener,
                new ConnectionOptions(
                        "test",
                        ReconnectPolicy.documented().build(),
                        FailureClassifier.standard(),
                        false,
                        Duration.ofSeconds(5),
                        gateway.time,
                        ScriptedGateway.MOST,
                        StreamOptions.defaults().withDeliverOn(Schedulers.immediate())),
                who);
    }

    // ---- Waiting

    @Test
    void theOpenSessionIsThereUntilItEnds() {
        ConnectionEngine<FakeSession> engine = gateway.accept().engine();
        assertThat(engine.session()).isEmpty();
        engine.connect().subscribe();

        assertThat(engine.session()).contains(gateway.session());
        StepVerifier.create(engine.session(Duration.ZERO))
                .expectNext(gateway.session())
                .verifyComplete();
        gateway.session().lose(1006, "");
        assertThat(engine.session()).isEmpty();
    }

    @Test
    void whoAsksAtTheMomentASessionOpensGetsIt() {
        AtomicReference<ConnectionEngine<FakeSession>> engine = new AtomicReference<>();
        FakeSession session = new FakeSession("s", Mono.empty());
        engine.set(listenedTo(
                attempt -> Mono.just(session).doAfterTerminate(() -> ask(engine.get())), ScriptedGateway.listener()));
        engine.get().connect().subscribe();

        assertThat(got).containsExactly(session);
    }

    @Test
    void aCallerThatThrowsKeepsNoOtherFromLearningHowItWent() {
        Sinks.One<FakeSession> opening = Sinks.one();
        ConnectionEngine<FakeSession> engine = listenedTo(attempt -> opening.asMono(), ScriptedGateway.listener());
        engine.connect().subscribe(got::add, error -> {
            throw new IllegalStateException("a subscriber that breaks the rules");
        });
        engine.connect().subscribe(got::add, got::add);
        ask(engine);
        opening.tryEmitError(refused);

        assertThat(got).hasSize(2);
        assertThat(got.get(0)).isSameAs(refused);
        assertThat(got.get(1)).isInstanceOf(NotConnectedException.class);
    }

    @Test
    void whoWaitsLearnsAtOnceThatTheRuntimeGaveUp() {
        ConnectionEngine<FakeSession> engine = gateway.accept().refuse(refused).engine(r -> r.maxRetries(1));
        engine.connect().subscribe();
        gateway.session().lose(1006, "");
        ask(engine);
        assertThat(got).isEmpty();
        gateway.pass(Duration.ofSeconds(2));

        assertThat(got)
                .singleElement()
                .isInstanceOfSatisfying(
                        NotConnectedException.class, e -> assertThat(e.state()).isEqualTo("failed"));
    }

    @Test
    void whoWaitsLearnsAtOnceThatSomebodyDisconnects() {
        ConnectionEngine<FakeSession> engine = gateway.hang().engine();
        engine.connect().onErrorComplete().subscribe();
        ask(engine);
        engine.disconnect().subscribe();

        assertThat(got).singleElement().isInstanceOf(NotConnectedException.class);
    }

    @Test
    void behindTheCloseThereIsNothingToWaitFor() {
        ConnectionEngine<FakeSession> engine = gateway.engine();
        engine.close().subscribe();

        StepVerifier.create(engine.session(PATIENCE)).verifyError(RuntimeClosedException.class);
    }

    // ---- Opening and leaving

    @Test
    void anOpenerThatGivesNoSessionHasFailed() {
        ConnectionEngine<FakeSession> engine = listenedTo(attempt -> Mono.empty(), ScriptedGateway.listener());

        StepVerifier.create(engine.connect()).verifyErrorMessage("The opener gave no session");
        assertThat(engine.currentState().name()).isEqualTo("disconnected");
    }

    @Test
    void whoDisconnectsBetweenTwoAttemptsTakesLeaveOfTheFirst() {
        ConnectionEngine<FakeSession> engine = gateway.refuse(refused).engine(r -> r.retryInitialConnect(true));
        engine.connect().onErrorComplete().subscribe();
        assertThat(gateway.released).containsExactly("0 retried");
        StepVerifier.create(engine.disconnect()).verifyComplete();

        assertThat(gateway.released).containsExactly("0 retried", "0 for good");
    }

    @Test
    void aSessionThatCannotBeClosedInGoodOrderIsClosedAllTheSame() {
        gateway.closing = Mono.error(new IOException("gone already"));
        ConnectionEngine<FakeSession> engine = gateway.accept().accept().engine();
        engine.connect().subscribe();

        StepVerifier.create(engine.disconnect()).verifyComplete();
        StepVerifier.create(engine.connect()).expectNextCount(1).verifyComplete();
        assertThat(gateway.sessions).hasSize(2);
    }

    @Test
    void aClassifierThatThrowsIsReportedAsRetry() {
        ConnectionEngine<FakeSession> engine = gateway.refuse(refused).engine(r -> r, failure -> {
            throw new IllegalStateException("broken");
        });
        engine.connect().onErrorComplete().subscribe();

        assertThat(gateway.events).contains(new ConnectionEvent.AttemptFailed(0, refused, Verdict.RETRY));
    }

    // ---- Listening

    @Test
    void theListenerLearnsOfEachStateAndOfTheSessionBehindIt() {
        List<String> told = new ArrayList<>();
        ConnectionEngine<FakeSession> engine = listenedTo(gateway.accept(), new ConnectionListener<>() {
            @Override
            public void onState(ConnectionState state) {
                told.add(state.name());
            }

            @Override
            public void onSession(FakeSession session) {
                told.add(session.info().sessionId());
            }
        });
        engine.connect().subscribe();
        engine.disconnect().subscribe();

        assertThat(told).containsExactly("connecting", "connected", "s1", "disconnected");
    }

    @Test
    void theListenerLearnsOfEachEventBeforeAnybodyElse() {
        List<Object> told = new ArrayList<>();
        ConnectionEngine<FakeSession> engine = listenedTo(gateway.accept(), new ConnectionListener<>() {
            @Override
            public void onState(ConnectionState state) {}

            @Override
            public void onSession(FakeSession session) {}

            @Override
            public void onEvent(ConnectionEvent event) {
                told.add(event);
                throw new IllegalStateException("broken");
            }
        });
        engine.events().subscribe(event -> told.add("seen " + event));
        engine.connect().subscribe();

        Object started = new ConnectionEvent.AttemptStarted(0);
        assertThat(told).hasSize(4).startsWith(started, "seen " + started);
        assertThat(told.get(2)).isInstanceOf(ConnectionEvent.SessionOpened.class);
    }

    @Test
    void aListenerThatThrowsDoesNoHarm() {
        ConnectionEngine<FakeSession> engine = listenedTo(gateway.accept(), new ConnectionListener<>() {
            @Override
            public void onState(ConnectionState state) {
                throw new IllegalStateException("broken");
            }

            @Override
            public void onSession(FakeSession session) {
                throw new IllegalStateException("broken");
            }
        });

        StepVerifier.create(engine.connect()).expectNextCount(1).verifyComplete();
        assertThat(engine.currentState().name()).isEqualTo("connected");
    }
}
