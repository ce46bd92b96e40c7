package io.agentruntime.connection;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.agentruntime.connection.ScriptedGateway.FakeSession;
import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.NotConnectedException;
import io.agentruntime.error.RetriesExhaustedException;
import io.agentruntime.error.RuntimeClosedException;
import io.agentruntime.support.LogLines;
import io.agentruntime.support.Secrets;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

/** The engine's contract in virtual time: the exact states, attempts and delays. */
class ConnectionEngineTest {

    private final Throwable refused = new ConnectFailedException("localhost:1", new IOException("refused"));

    private static HttpStatusException status(int status) {
        return HttpStatusException.of(status, "POST", "/connect", null, null, null);
    }

    private static HttpStatusException rateLimited(Duration retryAfter) {
        return HttpStatusException.of(429, "POST", "/connect", null, null, retryAfter);
    }

    private final ScriptedGateway gateway = new ScriptedGateway();

    // ---- Normal life

    @Test
    void connectsOnceAndDisconnects() {
        ConnectionEngine<FakeSession> engine = gateway.accept().engine();

        StepVerifier.create(engine.connect()).expectNextCount(1).verifyComplete();
        StepVerifier.create(engine.disconnect()).verifyComplete();

        assertThat(gateway.seen()).containsExactly("disconnected", "connecting", "connected s1", "disconnected");
        assertThat(gateway.session().closes).isEqualTo(1);
    }

    @Test
    void nothingHappensBeforeSubscription() {
        ConnectionEngine<FakeSession> engine = gateway.accept().engine();

        engine.connect();
        engine.disconnect();
        engine.close();

        assertThat(gateway.attempts).isEmpty();
        assertThat(gateway.seen()).containsExactly("disconnected");
    }

    @Test
    void connectWhileConnectedEmitsTheOpenSession() {
        ConnectionEngine<FakeSession> engine = gateway.accept().engine();
        engine.connect().subscribe();

        StepVerifier.create(engine.connect()).expectNext(gateway.session()).verifyComplete();

        assertThat(gateway.attempts).hasSize(1);
    }

    @Test
    void theStateIsReplayedToEachNewSubscriber() {
        ConnectionEngine<FakeSession> engine = gateway.accept().engine();
        engine.connect().subscribe();

        StepVerifier.create(engine.state().map(ConnectionState::name))
                .expectNext("connected")
                .then(() -> engine.close().subscribe())
                .expectNext("disconnected")
                .verifyComplete();
        StepVerifier.create(engine.state().map(ConnectionState::name))
                .expectNext("disconnected")
                .verifyComplete();
    }

    @Test
    void theFirstCallersContextReachesTheAttempt() {
        AtomicReference<String> seen = new AtomicReference<>();
        ConnectionEngine<FakeSession> engine = new ConnectionEngine<>(
                attempt -> Mono.deferContextual(context -> {
                    seen.set(context.get("trace"));
                    return Mono.just(new FakeSession("s", Mono.empty()));
                }),
                optionsOf(gateway),
                ScriptedGateway.listener());

        StepVerifier.create(engine.connect().contextWrite(Context.of("trace", "t-1")))
                .expectNextCount(1)
                .verifyComplete();

        assertThat(seen).hasValue("t-1");
    }

    private static ConnectionOptions optionsOf(ScriptedGateway gateway) {
        return new ConnectionOptions(
                "test",
                ReconnectPolicy.documented().build(),
                FailureClassifier.standard(),
                false,
                Duration.ofSeconds(5),
                gateway.time,
                ScriptedGateway.MOST,
                io.agentruntime.stream.StreamOptions.defaults());
    }

    // ---- The first attempt

    @Test
    void aRefusedFirstAttemptFailsAndLeavesDisconnected() {
        ConnectionEngine<FakeSession> engine = gateway.refuse(refused).engine();

        StepVerifier.create(engine.connect()).verifyErrorMatches(e -> e == refused);
        gateway.pass(Duration.ofHours(1));

        assertThat(gateway.seen()).containsExactly("disconnected", "connecting", "disconnected");
        assertThat(gateway.attempts).hasSize(1);
        assertThat(gateway.released).containsExactly("0 for good");
    }

    @Test
    void connectAfterARefusedOneStartsAfresh() {
        ConnectionEngine<FakeSession> engine = gateway.refuse(refused).accept().engine();
        engine.connect().onErrorComplete().subscribe();

        StepVerifier.create(engine.connect()).expectNextCount(1).verifyComplete();

        assertThat(gateway.seen())
                .containsExactly("disconnected", "connecting", "disconnected", "connecting", "connected s1");
    }

    @Test
    void withRetryInitialConnectTheFirstAttemptFollowsThePolicy() {
        ConnectionEngine<FakeSession> engine =
                gateway.refuse(refused).refuse(refused).accept().engine(r -> r.retryInitialConnect(true));
        List<FakeSession> connected = new ArrayList<>();
        engine.connect().subscribe(connected::add);
        gateway.pass(Duration.ofSeconds(2));
        gateway.pass(Duration.ofSeconds(3));

        assertThat(connected).hasSize(1);
        assertThat(gateway.seen())
                .containsExactly(
                        "disconnected",
                        "connecting",
                        "reconnecting 1 in PT2S",
                        "reconnecting 2 in PT3S",
                        "connected s1");
        assertThat(gateway.released).containsExactly("0 retried", "1 retried");
    }

    @Test
    void withRetryInitialConnectATerminalFailureFails() {
        ConnectionEngine<FakeSession> engine = gateway.refuse(status(403)).engine(r -> r.retryInitialConnect(true));

        StepVerifier.create(engine.connect()).verifyError(HttpStatusException.Forbidden.class);

        assertThat(gateway.seen()).containsExactly("disconnected", "connecting", "failed Forbidden");
    }

    // ---- Losing the session

    @Test
    void delaysFollowTheDocumentedFormulaUntilTheRetriesAreUsedUp() {
        ConnectionEngine<FakeSession> engine = gateway.accept().engine();
        engine.connect().subscribe();
        gateway.pass(Duration.ofSeconds(10));
        for (int i = 0; i < 10; i++) {
            gateway.refuse(refused);
        }
        gateway.session().lose(1006, "");
        gateway.pass(Duration.ofHours(1));

        // min(1 s * 2^n, 30 s) + the largest jitter, 1 s
        assertThat(gateway.seen())
                .containsExactly(
                        "disconnected",
                        "connecting",
                        "connected s1",
                        "reconnecting 1 in PT2S",
                        "reconnecting 2 in PT3S",
                        "reconnecting 3 in PT5S",
                        "reconnecting 4 in PT9S",
                        "reconnecting 5 in PT17S",
                        "reconnecting 6 in PT31S",
                        "reconnecting 7 in PT31S",
                        "reconnecting 8 in PT31S",
                        "reconnecting 9 in PT31S",
                        "reconnecting 10 in PT31S",
                        "failed RetriesExhaustedException");
        assertThat(gateway.attempts).hasSize(11);
        ConnectionState.Failed failed = (ConnectionState.Failed) engine.currentState();
        assertThat(failed.cause())
                .hasMessageStartingWith("max retries exceeded")
                .hasCause(refused);
        assertThat(((RetriesExhaustedException) failed.cause()).retries()).isEqualTo(10);
    }

    @Test
    void theLogDoesNotQuoteTheErrorsOfOthers() {
        try (LogLines log = LogLines.of(ConnectionEngine.class)) {
            ConnectionEngine<FakeSession> engine = gateway.accept().engine(policy -> policy.maxRetries(2));
            engine.connect().subscribe();
            Throwable foreign = new IllegalStateException("https://localhost/?key=" + Secrets.MARKER);
            gateway.refuse(foreign).refuse(foreign);

            gateway.session().lose(1006, "");
            gateway.pass(Duration.ofHours(1));

            assertThat(log.at(Level.WARN, "connection lost or not to be had (IllegalStateException)"))
                    .hasSize(1);
            assertThat(log.at(Level.ERROR, "the last failure: IllegalStateException"))
                    .hasSize(1);
        }
    }

    @Test
    void connectStartsAgainAfterFailed() {
        ConnectionEngine<FakeSession> engine = gateway.accept().engine(r -> r.maxRetries(0));
        engine.connect().subscribe();
        gateway.session().lose(1006, "");
        gateway.accept();

        StepVerifier.create(engine.connect()).expectNextCount(1).verifyComplete();

        assertThat(gateway.seen())
                .containsExactly(
                        "disconnected",
                        "connecting",
                        "connected s1",
                        "failed RetriesExhaustedException",
                        "connecting",
                        "connected s2");
    }

    @Test
    void aGatewayThatAcceptsAndDropsIsNotHammered() {
        ConnectionEngine<FakeSession> engine = gateway.accept().engine(r -> r.maxRetries(4));
        engine.connect().subscribe();
        for (int delay : new int[] {2, 3, 5, 9, 60}) {
            gateway.accept();
            gateway.pass(Duration.ofSeconds(1)); // less than stableAfter
            gateway.session().lose(1011, "");
            gateway.pass(Duration.ofSeconds(delay));
        }

        assertThat(gateway.seen())
                .containsExactly(
                        "disconnected",
                        "connecting",
                        "connected s1",
                        "reconnecting 1 in PT2S",
                        "connected s2",
                        "reconnecting 2 in PT3S",
                        "connected s3",
                        "reconnecting 3 in PT5S",
                        "connected s4",
                        "reconnecting 4 in PT9S",
                        "connected s5",
                        "failed RetriesExhaustedException");
    }

    @Test
    void aSessionThatLastedStartsTheCountAgain() {
        ConnectionEngine<FakeSession> engine =
                gateway.accept().accept().accept().engine();
        engine.connect().subscribe();
        gateway.session().lose(1006, "");
        gateway.pass(Duration.ofSeconds(2));
        gateway.pass(Duration.ofSeconds(5)); // stableAfter
        gateway.session().lose(1006, "");
        gateway.pass(Duration.ofSeconds(2));

        assertThat(gateway.seen())
                .containsExactly(
                        "disconnected",
                        "connecting",
                        "connected s1",
                        "reconnecting 1 in PT2S",
                        "connected s2",
                        "reconnecting 1 in PT2S",
                        "connected s3");
    }

    @Test
    void retryAfterIsALowerBoundWithJitterUpwards() {
        ConnectionEngine<FakeSession> engine = gateway.accept()
                .refuse(rateLimited(Duration.ofSeconds(60)))
                .accept()
                .engine();
        engine.connect().subscribe();
        gateway.session().lose(1006, "");
        gateway.pass(Duration.ofSeconds(2));
        gateway.pass(Duration.ofSeconds(71));
        assertThat(gateway.attempts).hasSize(2);
        gateway.pass(Duration.ofSeconds(1));

        assertThat(gateway.seen())
                .containsExactly(
                        "disconnected",
                        "connecting",
                        "connected s1",
                        "reconnecting 1 in PT2S",
                        "reconnecting 2 in PT1M12S",
                        "connected s2");
    }

    @Test
    void aRetryAfterShorterThanTheDelayChangesNothing() {
        ConnectionEngine<FakeSession> engine = gateway.accept()
                .refuse(rateLimited(Duration.ofSeconds(1)))
                .accept()
                .engine();
        engine.connect().subscribe();
        gateway.session().lose(1006, "");
        gateway.pass(Duration.ofSeconds(5));

        assertThat(gateway.seen()).endsWith("reconnecting 1 in PT2S", "reconnecting 2 in PT3S", "connected s2");
    }

    @Test
    void twoSignalsOfOneFailureStartOneChainOfRetries() {
        ConnectionEngine<FakeSession> engine = gateway.accept().accept().engine();
        engine.connect().subscribe();
        FakeSession lost = gateway.session();
        lost.lose(1006, "");
        lost.lose(new IOException("reset"));
        gateway.pass(Duration.ofMinutes(1));
        lost.lose(1000, "late");

        assertThat(gateway.attempts).hasSize(2);
        assertThat(gateway.seen())
                .containsExactly(
                        "disconnected", "connecting", "connected s1", "reconnecting 1 in PT2S", "connected s2");
    }

    @Test
    void theClosestEventsStandBesideTheStates() {
        ConnectionEngine<FakeSession> engine =
                gateway.accept().refuse(refused).accept().engine();
        engine.connect().subscribe();
        gateway.pass(Duration.ofSeconds(7));
        gateway.session().lose(1001, "server shutdown");
        gateway.pass(Duration.ofSeconds(5));

        assertThat(gateway.events)
                .containsExactly(
                        new ConnectionEvent.AttemptStarted(0),
                        new ConnectionEvent.SessionOpened(0, new ScriptedGateway.Info("s1")),
                        new ConnectionEvent.SessionLost(
                                new ScriptedGateway.Info("s1"),
                                SessionEnd.remote(1001, "server shutdown"),
                                Duration.ofSeconds(7),
                                Verdict.RETRY),
                        new ConnectionEvent.RetryScheduled(1, Duration.ofSeconds(2)),
                        new ConnectionEvent.AttemptStarted(1),
                        new ConnectionEvent.AttemptFailed(1, refused, Verdict.RETRY),
                        new ConnectionEvent.RetryScheduled(2, Duration.ofSeconds(3)),
                        new ConnectionEvent.AttemptStarted(2),
                        new ConnectionEvent.SessionOpened(2, new ScriptedGateway.Info("s2")));
    }

    @Test
    void theCloseCodeReachesTheState() {
        ConnectionEngine<FakeSession> engine = gateway.accept().engine();
        engine.connect().subscribe();
        gateway.session().lose(4321, "because");

        ConnectionState.Reconnecting state = (ConnectionState.Reconnecting) engine.currentState();
        assertThat(state.cause()).isInstanceOfSatisfying(ConnectionLostException.class, lost -> {
            assertThat(lost.code()).isEqualTo(4321);
            assertThat(lost.reason()).isEqualTo("because");
        });
    }

    // ---- Verdicts

    @Test
    void aFixedKeyThatIsRefusedIsTerminal() {
        ConnectionEngine<FakeSession> engine =
                gateway.accept().refuse(status(401)).engine();
        engine.connect().subscribe();
        gateway.session().lose(1006, "");
        gateway.pass(Duration.ofHours(1));

        assertThat(gateway.seen()).endsWith("connected s1", "reconnecting 1 in PT2S", "failed Unauthorized");
        assertThat(gateway.attempts).hasSize(2);
        assertThat(gateway.released).containsExactly("1 for good");
    }

    @Test
    void aSuppliedKeyThatIsRefusedIsAskedForAgainOnce() {
        gateway.refreshable = true;
        ConnectionEngine<FakeSession> engine =
                gateway.accept().refuse(status(401)).accept().engine();
        engine.connect().subscribe();
        gateway.session().lose(1006, "");
        gateway.pass(Duration.ofSeconds(5));

        assertThat(gateway.seen()).endsWith("reconnecting 1 in PT2S", "reconnecting 2 in PT3S", "connected s2");
        assertThat(gateway.events)
                .contains(
                        new ConnectionEvent.AttemptFailed(1, gatewayError(gateway.events), Verdict.REFRESH_THEN_RETRY));
    }

    private static Throwable gatewayError(List<ConnectionEvent> events) {
        return events.stream()
                .filter(ConnectionEvent.AttemptFailed.class::isInstance)
                .map(event -> ((ConnectionEvent.AttemptFailed) event).cause())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aSuppliedKeyThatIsRefusedTwiceIsTerminal() {
        gateway.refreshable = true;
        ConnectionEngine<FakeSession> engine =
                gateway.accept().refuse(status(401)).refuse(status(401)).engine();
        engine.connect().subscribe();
        gateway.session().lose(1006, "");
        gateway.pass(Duration.ofHours(1));

        assertThat(gateway.seen()).endsWith("reconnecting 1 in PT2S", "reconnecting 2 in PT3S", "failed Unauthorized");
    }

    @Test
    void aSessionInBetweenAllowsTheKeyToBeAskedForAgain() {
        gateway.refreshable = true;
        ConnectionEngine<FakeSession> engine = gateway.accept()
                .refuse(status(401))
                .accept()
                .refuse(status(401))
                .accept()
                .engine();
        engine.connect().subscribe();
        gateway.session().lose(1006, "");
        gateway.pass(Duration.ofSeconds(5));
        gateway.session().lose(1006, "");
        gateway.pass(Duration.ofMinutes(5));

        assertThat(gateway.seen()).endsWith("connected s3");
    }

    @Test
    void aVerdictCanAskForTheLongestDelay() {
        ConnectionEngine<FakeSession> engine =
                gateway.accept().accept().engine(reconnect -> reconnect, failure -> Verdict.RETRY_AT_LONGEST_DELAY);
        engine.connect().subscribe();
        gateway.session().lose(1008, "connection limit exceeded");
        gateway.pass(Duration.ofSeconds(31));

        assertThat(gateway.seen()).endsWith("reconnecting 1 in PT31S", "connected s2");
    }

    @Test
    void aClassifierThatThrowsMeansRetry() {
        ConnectionEngine<FakeSession> engine = gateway.accept().accept().engine(reconnect -> reconnect, failure -> {
            throw new IllegalStateException("broken classifier");
        });
        engine.connect().subscribe();
        gateway.session().lose(1006, "");
        gateway.pass(Duration.ofSeconds(2));

        assertThat(gateway.seen()).endsWith("connected s2");
    }

    @Test
    void anOpenerThatThrowsIsAFailedAttempt() {
        ConnectionEngine<FakeSession> engine = new ConnectionEngine<>(
                attempt -> {
                    throw new IllegalStateException("broken opener");
                },
                optionsOf(gateway),
                ScriptedGateway.listener());

        StepVerifier.create(engine.connect()).verifyErrorMessage("broken opener");
    }

    // ---- Many callers

    @Test
    void parallelCallersShareOneAttempt() {
        ConnectionEngine<FakeSession> engine =
                gateway.acceptAfter(Duration.ofSeconds(1)).engine();
        List<FakeSession> results = new ArrayList<>();
        engine.connect().subscribe(results::add);
        engine.connect().subscribe(results::add);
        engine.connect().subscribe(results::add);
        gateway.pass(Duration.ofSeconds(1));

        assertThat(results).hasSize(3).containsOnly(gateway.session());
        assertThat(gateway.attempts).hasSize(1);
    }

    @Test
    void theAttemptIsGivenUpOnlyWhenTheLastCallerCancels() {
        ConnectionEngine<FakeSession> engine = gateway.hang().engine();
        Disposable first = engine.connect().subscribe();
        Disposable second = engine.connect().subscribe();

        first.dispose();
        assertThat(gateway.cancelled).isZero();
        assertThat(engine.currentState().name()).isEqualTo("connecting");
        second.dispose();

        assertThat(gateway.cancelled).isEqualTo(1);
        assertThat(gateway.seen()).containsExactly("disconnected", "connecting", "disconnected");
        assertThat(gateway.released).containsExactly("0 for good");
    }

    @Test
    void aCancelledConnectDoesNotTurnConnectedLater() {
        ConnectionEngine<FakeSession> engine =
                gateway.acceptAfter(Duration.ofSeconds(1)).engine();
        engine.connect().subscribe().dispose();
        gateway.pass(Duration.ofHours(1));

        assertThat(gateway.sessions).isEmpty();
        assertThat(engine.currentState().name()).isEqualTo("disconnected");
    }

    @Test
    void aCallerWhoCancelsWhileReconnectingDoesNotStopIt() {
        ConnectionEngine<FakeSession> engine = gateway.accept().accept().engine();
        engine.connect().subscribe();
        gateway.session().lose(1006, "");
        engine.connect().subscribe().dispose();
        gateway.pass(Duration.ofSeconds(2));

        assertThat(gateway.seen()).endsWith("reconnecting 1 in PT2S", "connected s2");
    }

    @Test
    void connectWhileReconnectingWaitsForTheOutcome() {
        ConnectionEngine<FakeSession> engine = gateway.accept().refuse(refused).engine(r -> r.maxRetries(1));
        engine.connect().subscribe();
        gateway.session().lose(1006, "");
        AtomicReference<Throwable> error = new AtomicReference<>();
        engine.connect().subscribe(session -> {}, error::set);
        gateway.pass(Duration.ofSeconds(2));

        assertThat(error.get()).isInstanceOf(RetriesExhaustedException.class);
    }

    // ---- Disconnecting wins over everything

    private enum Moment {
        DISCONNECTED,
        CONNECTING,
        CONNECTED,
        WAITING_FOR_RETRY,
        RETRYING,
        FAILED
    }

    @ParameterizedTest
    @EnumSource(Moment.class)
    void disconnectInEveryStateStaysDisconnected(Moment moment) {
        ConnectionEngine<FakeSession> engine = bringTo(moment);
        int attempts = gateway.attempts.size();

        StepVerifier.create(engine.disconnect()).verifyComplete();
        StepVerifier.create(engine.disconnect()).verifyComplete();
        gateway.accept().accept();
        gateway.pass(Duration.ofHours(1));

        assertThat(engine.currentState()).isEqualTo(new ConnectionState.Disconnected());
        assertThat(gateway.attempts).hasSize(attempts);
        assertThat(engine.session()).isEmpty();
        assertThat(gateway.sessions).allMatch(session -> session == gateway.sessions.get(0) || session.closes == 1);
    }

    @ParameterizedTest
    @EnumSource(Moment.class)
    void closeInEveryStateCompletesTheStates(Moment moment) {
        ConnectionEngine<FakeSession> engine = bringTo(moment);

        StepVerifier.create(engine.state().last().map(ConnectionState::name))
                .then(() -> engine.close().subscribe())
                .expectNext("disconnected")
                .verifyComplete();
        StepVerifier.create(engine.close()).verifyComplete();
        StepVerifier.create(engine.events()).verifyComplete();
        StepVerifier.create(engine.connect()).verifyError(RuntimeClosedException.class);
        gateway.pass(Duration.ofHours(1));
        assertThat(engine.currentState().name()).isEqualTo("disconnected");
    }

    private ConnectionEngine<FakeSession> bringTo(Moment moment) {
        ConnectionEngine<FakeSession> engine;
        switch (moment) {
            case DISCONNECTED -> engine = gateway.engine();
            case CONNECTING -> {
                engine = gateway.hang().engine();
                engine.connect().onErrorComplete().subscribe();
            }
            case CONNECTED -> {
                engine = gateway.accept().engine();
                engine.connect().subscribe();
            }
            case WAITING_FOR_RETRY -> {
                engine = gateway.accept().engine();
                engine.connect().subscribe();
                gateway.session().lose(1006, "");
            }
            case RETRYING -> {
                engine = gateway.accept().hang().engine();
                engine.connect().subscribe();
                gateway.session().lose(1006, "");
                gateway.pass(Duration.ofSeconds(2));
            }
            case FAILED -> {
                engine = gateway.accept().engine(r -> r.maxRetries(0));
                engine.connect().subscribe();
                gateway.session().lose(1006, "");
            }
            default -> throw new IllegalArgumentException();
        }
        String expected = switch (moment) {
            case WAITING_FOR_RETRY, RETRYING -> "reconnecting";
            default -> moment.name().toLowerCase(java.util.Locale.ROOT);
        };
        assertThat(engine.currentState().name()).isEqualTo(expected);
        return engine;
    }

    @Test
    void disconnectFailsWhoeverWaitsForTheConnect() {
        ConnectionEngine<FakeSession> engine = gateway.hang().engine();

        StepVerifier.create(engine.connect())
                .then(() -> engine.disconnect().subscribe())
                .verifyError(DisconnectedException.class);
        assertThat(gateway.cancelled).isEqualTo(1);
    }

    @Test
    void disconnectIsBoundedInTime() {
        gateway.closing = Mono.never();
        ConnectionEngine<FakeSession> engine = gateway.accept().engine();
        engine.connect().subscribe();
        List<String> done = new ArrayList<>();
        engine.disconnect().subscribe(nothing -> {}, e -> {}, () -> done.add("disconnected"));

        assertThat(engine.currentState().name()).isEqualTo("disconnected");
        gateway.pass(Duration.ofMillis(4_999));
        assertThat(done).isEmpty();
        gateway.pass(Duration.ofMillis(1));
        assertThat(done).containsExactly("disconnected");
    }

    @Test
    void connectDuringDisconnectWaitsForItsEnd() {
        gateway.closing = Mono.delay(Duration.ofSeconds(1), gateway.time).then();
        ConnectionEngine<FakeSession> engine = gateway.accept().accept().engine();
        engine.connect().subscribe();
        engine.disconnect().subscribe();
        engine.connect().subscribe();

        assertThat(gateway.attempts).hasSize(1);
        gateway.pass(Duration.ofSeconds(1));
        assertThat(gateway.seen())
                .containsExactly(
                        "disconnected", "connecting", "connected s1", "disconnected", "connecting", "connected s2");
    }

    @Test
    void disconnectDuringThatWaitWinsAgain() {
        gateway.closing = Mono.delay(Duration.ofSeconds(1), gateway.time).then();
        ConnectionEngine<FakeSession> engine = gateway.accept().accept().engine();
        engine.connect().subscribe();
        engine.disconnect().subscribe();
        AtomicReference<Throwable> error = new AtomicReference<>();
        engine.connect().subscribe(session -> {}, error::set);
        engine.disconnect().subscribe();
        gateway.pass(Duration.ofHours(1));

        assertThat(error.get()).isInstanceOf(DisconnectedException.class);
        assertThat(gateway.attempts).hasSize(1);
        assertThat(engine.currentState().name()).isEqualTo("disconnected");
    }

    @Test
    void aSessionThatComesTogetherWithDisconnectIsNotUsed() {
        AtomicReference<ConnectionEngine<FakeSession>> engine = new AtomicReference<>();
        engine.set(new ConnectionEngine<>(
                attempt -> {
                    FakeSession session = new FakeSession("late", Mono.empty());
                    gateway.sessions.add(session);
                    attempt.onAbandon(last -> session.close());
                    engine.get().disconnect().subscribe();
                    return Mono.just(session);
                },
                optionsOf(gateway),
                ScriptedGateway.listener()));

        StepVerifier.create(engine.get().connect()).verifyError(DisconnectedException.class);

        assertThat(engine.get().currentState().name()).isEqualTo("disconnected");
        assertThat(gateway.session().closes).isEqualTo(1);
    }

    // ---- Waiting for a session

    @Test
    void offlineThereIsNoSessionToSendOn() {
        ConnectionEngine<FakeSession> engine = gateway.engine();

        StepVerifier.create(engine.session(Duration.ZERO))
                .verifyErrorSatisfies(
                        e -> assertThat(((NotConnectedException) e).state()).isEqualTo("disconnected"));
        StepVerifier.create(engine.session(Duration.ofSeconds(9))).verifyError(NotConnectedException.class);
    }

    @Test
    void aBoundedWaitGetsTheNextSession() {
        ConnectionEngine<FakeSession> engine = gateway.accept().accept().engine();
        engine.connect().subscribe();
        gateway.session().lose(1006, "");
        List<FakeSession> got = new ArrayList<>();
        engine.session(Duration.ofSeconds(3)).subscribe(got::add);
        gateway.pass(Duration.ofSeconds(2));

        assertThat(got).containsExactly(gateway.session());
    }

    @Test
    void aBoundedWaitEnds() {
        ConnectionEngine<FakeSession> engine = gateway.accept().hang().engine();
        engine.connect().subscribe();
        gateway.session().lose(1006, "");
        AtomicReference<Throwable> error = new AtomicReference<>();
        engine.session(Duration.ofSeconds(3)).subscribe(session -> {}, error::set);
        gateway.pass(Duration.ofSeconds(3));

        assertThat(error.get()).isInstanceOf(NotConnectedException.class).hasMessageContaining("reconnecting");
    }

    @Test
    void aStrategyThatThrowsDoesNotStopTheLoop() {
        DelayStrategy broken = new DelayStrategy() {
            @Override
            public Duration delay(int retry, Duration previous, RandomGenerator random) {
                throw new IllegalStateException("broken");
            }

            @Override
            public Duration longest(RandomGenerator random) {
                throw new IllegalStateException("broken");
            }
        };
        ScriptedGateway gateway = new ScriptedGateway().accept().accept();
        ConnectionEngine<FakeSession> engine = gateway.engine(r -> r.strategy(broken));
        engine.connect().subscribe();
        gateway.session().lose(1006, "");
        gateway.pass(Duration.ofSeconds(30));

        assertThat(gateway.seen())
                .containsExactly(
                        "disconnected", "connecting", "connected s1", "reconnecting 1 in PT30S", "connected s2");
    }
}
