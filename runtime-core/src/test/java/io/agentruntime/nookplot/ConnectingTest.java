package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.connection.ConnectionEvent;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.Verdict;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.LivenessTimeoutException;
import io.agentruntime.error.RetriesExhaustedException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.RuntimeClosedException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.testkit.Faults;
import io.agentruntime.testkit.GatewayAgent;
import io.agentruntime.testkit.RecordedFrame;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** Connecting, losing and regaining the gateway, over the whole protocol, in virtual time. */
class ConnectingTest extends InMemoryScenario {

    private static final String CONNECT = "POST /v1/runtime/connect";
    private static final String TICKET = "POST /v1/ws/ticket";

    private static Verdict lastVerdict(Seen<ConnectionEvent> events) {
        return events.values.stream()
                .filter(ConnectionEvent.AttemptFailed.class::isInstance)
                .map(event -> ((ConnectionEvent.AttemptFailed) event).verdict())
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    // ---- The documented steps

    @Test
    void connectRegistersASessionGetsATicketAndOpensTheSocket() {
        NookplotRuntime runtime = runtime(b -> b.autoSubscribe(false).metadata(java.util.Map.of("version", 3)));
        ConnectResult result = await(runtime.connect());

        assertThat(result).isNotNull();
        assertThat(result.agentId()).isEqualTo(alice.id());
        assertThat(result.address()).isEqualTo(alice.address());
        assertThat(gateway.session(alice).orElseThrow().id()).isEqualTo(result.sessionId());
        assertThat(gateway.requests())
                .extracting(request -> request.method() + " " + request.path())
                .containsExactly(CONNECT, TICKET, "UPGRADE /ws/runtime");
        assertThat(runtime.currentState()).isEqualTo(new ConnectionState.Connected(result, Instant.ofEpochMilli(0)));
    }

    @Test
    void disconnectClosesTheSocketThenTellsTheGateway() {
        NookplotRuntime runtime = connected();
        await(runtime.disconnect());

        assertThat(gateway.sockets()).isZero();
        assertThat(gateway.session(alice)).isEmpty();
        assertThat(gateway.frames(alice))
                .last()
                .satisfies(frame -> assertThat(frame.text()).isEqualTo("1000 client disconnect"));
        assertThat(gateway.requests("POST /v1/runtime/disconnect")).hasSize(1);
        assertThat(runtime.currentState()).isEqualTo(new ConnectionState.Disconnected());
    }

    @Test
    void disconnectOfASessionThatIsGoneIsNoError() {
        NookplotRuntime runtime = connected();
        gateway.faults().reapSession(alice);
        await(runtime.disconnect());
        await(runtime.disconnect());

        assertThat(gateway.requests("POST /v1/runtime/disconnect")).hasSize(1); // answered with 404
    }

    @Test
    void disconnectIsBoundedWhenTheGatewayDoesNotAnswer() {
        NookplotRuntime runtime = connected();
        gateway.faults().halfOpen(true);
        gateway.faults().stallHttp("POST /v1/runtime/disconnect", true);
        await(runtime.disconnect(), Duration.ofSeconds(5)); // closeTimeout

        assertThat(runtime.currentState().name()).isEqualTo("disconnected");
    }

    @Test
    void aGatewayUrlMayEndInASlashAndHaveAPath() {
        NookplotRuntime runtime = runtime(b -> b.gatewayUrl(gateway.url() + "/"));
        assertThat(await(runtime.connect())).isNotNull();
    }

    @Test
    void heartbeatsGoOutOnTheirInterval() {
        connected(b -> b.heartbeatInterval(Duration.ofSeconds(15)));
        pass(Duration.ofMinutes(1));

        assertThat(gateway.frames(alice))
                .filteredOn(frame -> frame.type().equals("heartbeat"))
                .hasSize(4)
                .first()
                .satisfies(beat -> assertThat(beat.text()).contains("\"timestamp\":\"1970-01-01T00:00:15Z\""));
        assertThat(gateway.frames(alice))
                .filteredOn(frame -> frame.kind() == RecordedFrame.Kind.PING)
                .hasSize(4);
    }

    // ---- The first attempt

    @Test
    void aBadKeyFailsOnceAndSaysWhichOption() {
        NookplotRuntime runtime = runtime(b -> b.apiKey("nk_wrong"));
        Seen<ConnectionState> states = watch(runtime.state());

        assertThatThrownBy(() -> await(runtime.connect()))
                .isInstanceOf(HttpStatusException.Unauthorized.class)
                .hasMessageContaining("apiKey")
                .hasMessageNotContaining("nk_wrong");
        pass(Duration.ofHours(1));
        assertThat(names(states)).containsExactly("disconnected", "connecting", "disconnected");
        assertThat(gateway.requests(CONNECT)).hasSize(1);
    }

    @Test
    void aRateLimitedFirstAttemptIsWaitedOut() {
        gateway.faults().rateLimit(CONNECT, 1, Duration.ofSeconds(60));
        NookplotRuntime runtime = runtime();
        Seen<ConnectResult> result = watch(runtime.connect());
        pass(Duration.ofSeconds(60));
        assertThat(result.values).isEmpty();
        pass(Duration.ofSeconds(13)); // 20 % jitter at the most
        assertThat(result.values).hasSize(1);
    }

    @Test
    void disconnectWinsOverTheWaitAfterA429() {
        gateway.faults().rateLimit(CONNECT, Faults.ALWAYS, Duration.ofSeconds(60));
        NookplotRuntime runtime = runtime();
        Seen<ConnectResult> result = watch(runtime.connect());
        pass(Duration.ofSeconds(10));
        await(runtime.disconnect());
        gateway.faults().reset();
        pass(Duration.ofHours(1));

        assertThat(result.error).isInstanceOf(DisconnectedException.class);
        assertThat(gateway.requests(CONNECT)).hasSize(1);
        assertThat(gateway.sockets()).isZero();
    }

    @Test
    void aRegisteredSessionIsTakenBackWhenTheSocketCannotBeOpened() {
        gateway.faults().refuseUpgrades(403, 1);
        NookplotRuntime runtime = runtime();

        assertThatThrownBy(() -> await(runtime.connect())).isInstanceOf(HandshakeException.class);
        assertThat(gateway.session(alice)).isEmpty();
    }

    @Test
    void aHungUpgradeHasALimit() {
        gateway.faults().stallUpgrades(true);
        NookplotRuntime runtime = runtime();

        assertThatThrownBy(() -> await(runtime.connect(), Duration.ofSeconds(11)))
                .isInstanceOf(TimeLimitException.class);
        assertThat(runtime.currentState().name()).isEqualTo("disconnected");
    }

    @Test
    void aHungRegistrationHasALimit() {
        gateway.faults().stallHttp(CONNECT, true);
        NookplotRuntime runtime = runtime(b -> b.http(h -> h.requestTimeout(Duration.ofSeconds(7))));
        Seen<ConnectResult> result = watch(runtime.connect());
        pass(Duration.ofSeconds(8));

        assertThat(result.error).isNotNull();
        assertThat(runtime.currentState().name()).isEqualTo("disconnected");
    }

    @Test
    void aMissingWelcomeHasALimit() {
        gateway.faults().halfOpen(true);
        NookplotRuntime runtime = runtime();

        assertThatThrownBy(() -> await(runtime.connect(), Duration.ofSeconds(15)))
                .isInstanceOf(TimeLimitException.class);
        pass(Duration.ofSeconds(10));
        assertThat(gateway.requests("POST /v1/runtime/disconnect")).hasSize(1);
    }

    // ---- After a loss

    @Test
    void aLostSocketIsReplacedWithANewSessionAndTicket() {
        NookplotRuntime runtime = connected();
        Seen<ConnectionState> states = watch(runtime.state());
        gateway.faults().dropAllSockets();
        pass(Duration.ofSeconds(3));

        assertThat(names(states)).containsExactly("connected", "reconnecting", "connected");
        assertThat(gateway.sessionsOpened(alice)).isEqualTo(2);
        assertThat(gateway.requests(TICKET)).hasSize(2);
    }

    @ParameterizedTest(name = "close {0}")
    @ValueSource(ints = {1000, 1001, 1011, 1012, 4000})
    void aCloseByTheGatewayIsALossWhateverItsCode(int code) {
        NookplotRuntime runtime = connected();
        Seen<ConnectionEvent> events = watch(runtime.connection().events());
        gateway.faults().closeAll(code, "for a test");
        pass(Duration.ofSeconds(3));

        assertThat(runtime.currentState().name()).isEqualTo("connected");
        assertThat(events.values.get(0)).isInstanceOfSatisfying(ConnectionEvent.SessionLost.class, lost -> {
            assertThat(lost.end().status().code()).isEqualTo(code);
            assertThat(lost.end().status().reason()).isEqualTo("for a test");
            assertThat(lost.verdict()).isEqualTo(Verdict.RETRY);
        });
    }

    @Test
    void aHalfOpenLinkIsFoundWithinTheLimit() {
        NookplotRuntime runtime = connected(b -> b.livenessTimeout(Duration.ofSeconds(45)));
        Seen<ConnectionState> states = watch(runtime.state());
        gateway.faults().freezeSockets();
        pass(Duration.ofSeconds(45));

        assertThat(states.values.get(1))
                .isInstanceOfSatisfying(
                        ConnectionState.Reconnecting.class,
                        lost -> assertThat(lost.cause()).isInstanceOf(LivenessTimeoutException.class));
        pass(Duration.ofSeconds(3));
        assertThat(names(states)).containsExactly("connected", "reconnecting", "connected");
    }

    @Test
    void pongsAreSignsOfLife() {
        NookplotRuntime runtime = connected();
        Seen<ConnectionState> states = watch(runtime.state());
        pass(Duration.ofHours(1));
        assertThat(names(states)).containsExactly("connected");

        gateway.faults().stopAnsweringPings(true);
        pass(Duration.ofMinutes(2));
        assertThat(names(states)).contains("reconnecting");
    }

    @Test
    void exhaustedRetriesReachTheStateAndTheEvents() {
        NookplotRuntime runtime = connected(b -> b.reconnect(r -> r.maxRetries(2)));
        Seen<ConnectionNotice> notices =
                watch(runtime.events().type(GatewayEvent.CONNECTION_STATE, ConnectionNotice.class));
        Seen<GatewayEvent> events = watch(runtime.events().all());
        gateway.stop(Shutdown.KILLED).subscribe();
        pass(Duration.ofMinutes(5));

        assertThat(runtime.currentState())
                .isInstanceOfSatisfying(
                        ConnectionState.Failed.class,
                        failed -> assertThat(failed.cause()).isInstanceOf(RetriesExhaustedException.class));
        assertThat(notices.last()).isEqualTo(new ConnectionNotice("failed", null, "max retries exceeded"));
        assertThat(notices.error).isInstanceOf(RetriesExhaustedException.class);
        assertThat(events.error).isInstanceOf(RetriesExhaustedException.class);
    }

    @Test
    void connectStartsAgainAfterFailed() {
        NookplotRuntime runtime = connected(b -> b.reconnect(r -> r.maxRetries(1)));
        gateway.stop(Shutdown.KILLED).subscribe();
        pass(Duration.ofMinutes(5));
        gateway.startAgain().subscribe();
        Seen<GatewayEvent> events = watch(runtime.events().all());
        await(runtime.connect());

        assertThat(runtime.currentState().name()).isEqualTo("connected");
        assertThat(events.values).extracting(GatewayEvent::type).contains("connection.state");
    }

    // ---- The table of verdicts

    @ParameterizedTest(name = "{0} on {1}: {2}")
    @CsvSource({
        "400, POST /v1/runtime/connect, TERMINAL",
        "401, POST /v1/runtime/connect, TERMINAL",
        "403, POST /v1/runtime/connect, TERMINAL",
        "404, POST /v1/runtime/connect, TERMINAL",
        "408, POST /v1/runtime/connect, RETRY",
        "429, POST /v1/runtime/connect, RETRY",
        "500, POST /v1/runtime/connect, RETRY",
        "503, POST /v1/runtime/connect, RETRY",
        "400, POST /v1/ws/ticket, TERMINAL",
        "401, POST /v1/ws/ticket, TERMINAL",
        "429, POST /v1/ws/ticket, RETRY",
        "502, POST /v1/ws/ticket, RETRY"
    })
    void verdictsOnSessionRequests(int status, String call, Verdict verdict) {
        NookplotRuntime runtime = connected();
        Seen<ConnectionEvent> events = watch(runtime.connection().events());
        gateway.faults().failHttp(call, status, 1);
        gateway.faults().dropAllSockets();
        pass(Duration.ofMinutes(1));

        assertThat(lastVerdict(events)).isEqualTo(verdict);
        assertThat(runtime.currentState().name()).isEqualTo(verdict == Verdict.TERMINAL ? "failed" : "connected");
    }

    @ParameterizedTest(name = "{0} on the upgrade: {1}")
    @CsvSource({
        "400, TERMINAL",
        "401, RETRY",
        "403, TERMINAL",
        "404, TERMINAL",
        "408, RETRY",
        "429, RETRY",
        "500, RETRY",
        "503, RETRY"
    })
    void verdictsOnTheUpgrade(int status, Verdict verdict) {
        NookplotRuntime runtime = connected();
        Seen<ConnectionEvent> events = watch(runtime.connection().events());
        gateway.faults().refuseUpgrades(status, 1);
        gateway.faults().dropAllSockets();
        pass(Duration.ofMinutes(1));

        assertThat(lastVerdict(events)).isEqualTo(verdict);
        assertThat(runtime.currentState().name()).isEqualTo(verdict == Verdict.TERMINAL ? "failed" : "connected");
        if (verdict == Verdict.RETRY) {
            assertThat(gateway.requests(TICKET)).hasSize(3); // each attempt with a ticket of its own
        }
    }

    @Test
    void aTimeLimitIsRetried() {
        NookplotRuntime runtime = connected();
        Seen<ConnectionEvent> events = watch(runtime.connection().events());
        gateway.faults().stallUpgrades(true);
        gateway.faults().dropAllSockets();
        pass(Duration.ofSeconds(13));
        assertThat(lastVerdict(events)).isEqualTo(Verdict.RETRY);
        gateway.faults().stallUpgrades(false);
        pass(Duration.ofMinutes(1));
        assertThat(runtime.currentState().name()).isEqualTo("connected");
    }

    @Test
    void retryAfterOfASessionRequestIsALowerBound() {
        NookplotRuntime runtime = connected();
        gateway.faults().rateLimit(CONNECT, 1, Duration.ofSeconds(60));
        gateway.faults().dropAllSockets();
        pass(Duration.ofSeconds(3));

        assertThat(runtime.currentState()).isInstanceOfSatisfying(ConnectionState.Reconnecting.class, waiting -> {
            assertThat(waiting.attempt()).isEqualTo(2);
            assertThat(waiting.delay()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(72));
            assertThat(waiting.cause()).isInstanceOf(HttpStatusException.RateLimited.class);
        });
        pass(Duration.ofSeconds(73));
        assertThat(runtime.currentState().name()).isEqualTo("connected");
        assertThat(gateway.requests(CONNECT)).hasSize(3);
    }

    @Test
    void atTheConnectionLimitItWaitsLongestAndLeavesTheOthersAlone() {
        NookplotRuntime one = connected();
        NookplotRuntime two = connected();
        NookplotRuntime three = connected();
        NookplotRuntime fourth = runtime(b -> b.reconnect(r -> r.retryInitialConnect(true)));
        Seen<ConnectionState> states = watch(fourth.state());
        watch(fourth.connect());
        pass(Duration.ofSeconds(1));

        assertThat(states.last()).isInstanceOfSatisfying(ConnectionState.Reconnecting.class, waiting -> {
            assertThat(waiting.delay()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(31));
            assertThat(waiting.cause())
                    .isInstanceOfSatisfying(
                            ConnectionLostException.class,
                            lost -> assertThat(lost.code()).isEqualTo(1008));
        });
        pass(Duration.ofMinutes(2));
        assertThat(gateway.requests(CONNECT).size()).isLessThanOrEqualTo(3 + 5);
        assertThat(List.of(one, two, three))
                .allMatch(r -> r.currentState().name().equals("connected"));
        await(one.disconnect());
        pass(Duration.ofSeconds(32));
        assertThat(fourth.currentState().name()).isEqualTo("connected");
    }

    // ---- Keys

    @Test
    void aKeySupplierIsAskedBeforeEveryConnect() {
        Deque<String> keys = new ArrayDeque<>(List.of(alice.apiKey()));
        NookplotRuntime runtime = runtime(b -> b.apiKey(Mono.fromSupplier(keys::getLast)));
        await(runtime.connect());
        GatewayAgent renewed = gateway.renewKey(alice);
        keys.add(renewed.apiKey());
        gateway.faults().dropAllSockets();
        pass(Duration.ofSeconds(3));

        assertThat(runtime.currentState().name()).isEqualTo("connected");
    }

    @Test
    void aSuppliedKeyThatIsRefusedIsAskedForOnceMore() {
        Deque<String> keys = new ArrayDeque<>(List.of(alice.apiKey(), "nk_stale", alice.apiKey()));
        NookplotRuntime runtime = runtime(b -> b.apiKey(Mono.fromSupplier(keys::removeFirst)));
        await(runtime.connect());
        Seen<ConnectionEvent> events = watch(runtime.connection().events());
        gateway.faults().dropAllSockets();
        pass(Duration.ofSeconds(10));

        assertThat(lastVerdict(events)).isEqualTo(Verdict.REFRESH_THEN_RETRY);
        assertThat(runtime.currentState().name()).isEqualTo("connected");
    }

    @Test
    void aSuppliedKeyThatIsRefusedTwiceIsTerminal() {
        Deque<String> keys = new ArrayDeque<>(List.of(alice.apiKey(), "nk_stale", "nk_staler", "nk_never"));
        NookplotRuntime runtime = runtime(b -> b.apiKey(Mono.fromSupplier(keys::removeFirst)));
        await(runtime.connect());
        gateway.faults().dropAllSockets();
        pass(Duration.ofMinutes(10));

        assertThat(runtime.currentState())
                .isInstanceOfSatisfying(
                        ConnectionState.Failed.class,
                        failed -> assertThat(failed.cause()).isInstanceOf(HttpStatusException.Unauthorized.class));
        assertThat(keys).containsExactly("nk_never");
    }

    @Test
    void aRevokedKeyIsNotRetried() {
        NookplotRuntime runtime = connected();
        gateway.revokeKey(alice);
        gateway.faults().dropAllSockets();
        pass(Duration.ofMinutes(10));

        assertThat(runtime.currentState().name()).isEqualTo("failed");
        assertThat(gateway.requests(CONNECT)).hasSize(2);
    }

    @Test
    void aUserRequestWith401AsksTheSupplierAndIsMadeOnceMore() {
        Deque<String> keys = new ArrayDeque<>(List.of(alice.apiKey()));
        NookplotRuntime runtime = runtime(b -> b.apiKey(Mono.fromSupplier(keys::getLast)));
        await(runtime.connect());
        keys.add(gateway.renewKey(alice).apiKey());

        assertThat(await(runtime.getStatus())).isNotNull();
    }

    // ---- Sharing, cancelling, closing

    @Test
    void parallelConnectsShareOneSocket() {
        NookplotRuntime runtime = runtime();
        Seen<ConnectResult> one = watch(runtime.connect());
        Seen<ConnectResult> two = watch(runtime.connect());
        pass(Duration.ofSeconds(1));

        assertThat(one.values).isEqualTo(two.values).hasSize(1);
        assertThat(gateway.sockets()).isEqualTo(1);
        assertThat(gateway.requests(CONNECT)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {CONNECT, TICKET, "UPGRADE"})
    void aCancelledConnectLeavesNothing(String stalled) {
        stall(stalled, true);
        NookplotRuntime runtime = runtime();
        Disposable connecting = runtime.connect().subscribe();
        pass(Duration.ofSeconds(1));
        connecting.dispose();
        pass(Duration.ofSeconds(1));
        stall(stalled, false);
        pass(Duration.ofHours(1));

        assertThat(runtime.currentState().name()).isEqualTo("disconnected");
        assertThat(gateway.sockets()).isZero();
        assertThat(gateway.requests(CONNECT)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {CONNECT, TICKET, "UPGRADE", "BACKOFF"})
    void disconnectWhileReconnectingLeavesNothing(String stalled) {
        NookplotRuntime runtime = connected();
        stall(stalled, true);
        gateway.faults().dropAllSockets();
        pass(stalled.equals("BACKOFF") ? Duration.ofMillis(500) : Duration.ofSeconds(3));
        assertThat(runtime.currentState().name()).isEqualTo("reconnecting");
        await(runtime.disconnect(), Duration.ofSeconds(5));
        stall(stalled, false);
        pass(Duration.ofHours(1));

        assertThat(runtime.currentState().name()).isEqualTo("disconnected");
        assertThat(gateway.sockets()).isZero();
    }

    @Test
    void aRegistrationThatTheGatewayActsOnAfterTheDisconnectIsTakenBack() {
        gateway.faults().stallHttp(CONNECT, true);
        NookplotRuntime runtime = runtime();
        watch(runtime.connect());
        pass(Duration.ofSeconds(1));
        await(runtime.disconnect(), Duration.ofSeconds(5)); // closeTimeout
        gateway.faults().stallHttp(CONNECT, false);
        pass(Duration.ofSeconds(1));

        assertThat(gateway.sessionsOpened(alice)).isEqualTo(1);
        assertThat(gateway.session(alice)).isEmpty();
    }

    @Test
    void aRegistrationThatFailsAfterTheDisconnectTakesNothingFromTheNextSession() {
        gateway.faults().stallHttp(CONNECT, true);
        NookplotRuntime runtime = runtime();
        watch(runtime.connect());
        pass(Duration.ofSeconds(1));
        await(runtime.disconnect(), Duration.ofSeconds(5)); // closeTimeout
        gateway.faults().failHttp(CONNECT, 503, 1);
        Seen<ConnectResult> next = watch(runtime.connect());
        gateway.faults().stallHttp(CONNECT, false); // the first gets the 503, the second a session
        pass(Duration.ofMinutes(1));

        assertThat(gateway.session(alice).orElseThrow().id())
                .isEqualTo(next.last().sessionId());
    }

    @Test
    void aSessionThatIsRegisteredAnewAtTheMomentOfTheDisconnectIsTakenBack() {
        NookplotRuntime runtime = connected();
        gateway.faults().reapSession(alice);
        gateway.faults().stallHttp(CONNECT, true);
        pass(Duration.ofMinutes(5));
        Seen<Void> disconnected = watch(runtime.disconnect());
        gateway.faults().stallHttp(CONNECT, false);
        pass(Duration.ofSeconds(5));

        assertThat(disconnected.completed).isTrue();
        assertThat(gateway.sessionsOpened(alice)).isEqualTo(2);
        assertThat(gateway.session(alice)).isEmpty();
    }

    private void stall(String what, boolean on) {
        switch (what) {
            case "UPGRADE" -> gateway.faults().stallUpgrades(on);
            case "BACKOFF" -> {}
            default -> gateway.faults().stallHttp(what, on);
        }
    }

    @Test
    void disconnectEndsTheRequestsOfUsers() {
        NookplotRuntime runtime = connected();
        gateway.faults().rateLimit("GET /v1/runtime/status", Faults.ALWAYS, Duration.ofSeconds(60));
        gateway.faults().stallHttp("GET /v1/runtime/presence", true);
        Seen<GatewayStatus> waiting = watch(runtime.getStatus());
        Seen<List<AgentPresence>> hanging = watch(runtime.getPresence());
        pass(Duration.ofSeconds(1));
        await(runtime.disconnect());

        assertThat(waiting.error).isInstanceOf(DisconnectedException.class);
        assertThat(hanging.error).isInstanceOf(DisconnectedException.class);
        gateway.faults().reset();
        assertThat(await(runtime.getStatus())).isNotNull(); // HTTP alone works without a session
    }

    @Test
    void closeCompletesEveryStreamAndRefusesWhatComesLater() {
        NookplotRuntime runtime = connected();
        Seen<ConnectionState> states = watch(runtime.state());
        Seen<GatewayEvent> events = watch(runtime.events().all());
        Seen<?> typed = watch(runtime.events().type("bounty.new"));
        Seen<?> messages = watch(runtime.channels().deliveries("any"));
        Seen<?> inbox = watch(runtime.inbox().deliveries());
        Seen<?> errors = watch(runtime.errors());
        Seen<?> beneath = watch(runtime.connection().events());
        await(runtime.close());
        await(runtime.close());

        assertThat(List.of(states, events, typed, messages, inbox, errors, beneath))
                .allMatch(seen -> seen.completed && seen.error == null);
        assertThatThrownBy(() -> await(runtime.connect())).isInstanceOf(RuntimeClosedException.class);
        assertThatThrownBy(() -> await(runtime.getStatus())).isInstanceOf(RuntimeClosedException.class);
        assertThat(watch(runtime.events().all()).completed).isTrue();
        assertThat(gateway.sockets()).isZero();
        assertThat(gateway.session(alice)).isEmpty();
    }

    @Test
    void drainLetsWhatIsQueuedGoOutAndIn() {
        NookplotRuntime runtime = connected();
        for (int i = 0; i < 100; i++) {
            runtime.connection()
                    .sendWs(java.util.Map.of("type", "custom", "n", i))
                    .subscribe();
        }
        await(runtime.drain(Duration.ofSeconds(1)), Duration.ofSeconds(2));
        await(runtime.close());

        assertThat(gateway.frames(alice))
                .filteredOn(frame -> frame.type().equals("custom"))
                .hasSize(100);
    }

    // ---- The session in the gateway's books

    @Test
    void aReapedSessionIsRegisteredAgainWithoutDroppingTheSocket() {
        NookplotRuntime runtime = connected();
        Seen<ConnectionState> states = watch(runtime.state());
        Seen<GatewayEvent> renewed = watch(runtime.events().type(GatewayEvent.SESSION_RENEWED));
        gateway.faults().reapSession(alice);
        assertThat(gateway.session(alice)).isEmpty();
        pass(Duration.ofMinutes(5));

        assertThat(gateway.session(alice)).isPresent();
        assertThat(names(states)).containsExactly("connected");
        assertThat(renewed.values).hasSize(1).allMatch(GatewayEvent::local);
        assertThat(gateway.requests("UPGRADE /ws/runtime")).hasSize(1);
        await(runtime.disconnect());
        assertThat(gateway.session(alice)).isEmpty(); // the new session was the one that was ended
    }

    @Test
    void aSessionCheckThatFailsIsReportedAndTheSessionLives() {
        NookplotRuntime runtime = connected();
        Seen<?> errors = watch(runtime.errors());
        gateway.faults().failHttp("POST /v1/runtime/heartbeat", 500, 1);
        pass(Duration.ofMinutes(10));

        assertThat(errors.values).hasSize(1).first().isInstanceOf(HttpStatusException.ServerError.class);
        assertThat(gateway.requests("POST /v1/runtime/heartbeat")).hasSize(2);
        assertThat(runtime.currentState().name()).isEqualTo("connected");
    }

    @Test
    void theSessionCheckCanBeSwitchedOff() {
        connected(b -> b.sessionCheckInterval(Duration.ZERO));
        pass(Duration.ofHours(1));

        assertThat(gateway.requests("POST /v1/runtime/heartbeat")).isEmpty();
    }

    @Test
    void aDisconnectDuringABackOffTellsTheGatewayOfTheLostSession() {
        NookplotRuntime runtime = connected();
        gateway.faults().dropAllSockets();
        pass(Duration.ofMillis(10));
        assertThat(runtime.currentState().name()).isEqualTo("reconnecting");
        assertThat(gateway.session(alice)).isPresent();
        await(runtime.disconnect());

        assertThat(gateway.session(alice)).isEmpty();
    }

    @Test
    void aDisconnectDuringABackOffTellsTheGatewayOfWhatAFailedAttemptHasRegistered() {
        NookplotRuntime runtime = connected();
        gateway.faults().refuseUpgrades(503, 100);
        gateway.faults().dropAllSockets();
        pass(Duration.ofSeconds(10));
        gateway.faults().failHttp("POST /v1/runtime/connect", 503, 100);
        pass(Duration.ofSeconds(60));
        assertThat(runtime.currentState().name()).isEqualTo("reconnecting");
        assertThat(gateway.session(alice)).isPresent();
        await(runtime.disconnect());

        assertThat(gateway.session(alice)).isEmpty();
    }

    @Test
    void aSessionThatIsLostForGoodIsTakenLeaveOf() {
        NookplotRuntime runtime = connected(b -> b.reconnect(r -> r.maxRetries(0)));
        gateway.faults().dropAllSockets();
        pass(Duration.ofSeconds(1));

        assertThat(runtime.currentState().name()).isEqualTo("failed");
        assertThat(gateway.session(alice)).isEmpty();
    }

    @Test
    void aSessionCheckThatCannotGetTheKeyIsReportedAndTriedAgain() {
        boolean[] broken = {false};
        NookplotRuntime runtime = connected(b -> b.apiKey(Mono.fromSupplier(() -> {
            if (broken[0]) {
                throw new IllegalStateException("vault is closed");
            }
            return alice.apiKey();
        })));
        Seen<RuntimeClientException> errors = watch(runtime.errors());
        gateway.faults().reapSession(alice);
        broken[0] = true;
        pass(Duration.ofMinutes(6));
        assertThat(errors.values).hasSize(1);
        broken[0] = false;
        pass(Duration.ofMinutes(5));

        assertThat(gateway.session(alice)).isPresent();
    }
}
