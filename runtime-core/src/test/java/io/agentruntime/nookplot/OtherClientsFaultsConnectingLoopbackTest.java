package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Disconnected;
import io.agentruntime.connection.ConnectionState.Failed;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.http.HttpOptions;
import io.agentruntime.http.ReactorHttpExchange;
import io.agentruntime.net.NetOptions;
import io.agentruntime.testkit.GatewayChannel;
import io.agentruntime.testkit.Shutdown;
import io.agentruntime.transport.WebSocketConnector;
import io.agentruntime.transport.WebSocketOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * What the existing TypeScript client of this gateway was seen to get wrong, and this one must not. There are 17 faults;
 * each test is named after its own, and says in front what the other client does. Here are those of connecting (3 to 6, 11
 * and 12); those of reconnecting (1, 2, 9, 13, 14) are in {@link OtherClientsFaultsReconnectingLoopbackTest}, the others (7,
 * 8, 10, 15 to 17) in {@link OtherClientsFaultsInUseLoopbackTest}.
 */
class OtherClientsFaultsConnectingLoopbackTest extends LoopbackScenario {

    private static final Duration SHORT = Duration.ofMillis(300);

    // ---- 3: a rejected connect() goes on in the background, and turns "connected" 13 s later, even after disconnect()

    /** In virtual time, so that what must not happen has had an hour to happen. */
    @ParameterizedTest(name = "the gateway answers {0} with 503")
    @ValueSource(strings = {REGISTER, TICKET, UPGRADE})
    void rejectedConnectDoesNotConnectLater(String step) {
        VirtualTimeScheduler time = VirtualTimeScheduler.create();
        NookplotRuntime runtime = runtime(options -> options.timer(time));
        if (step.equals(UPGRADE)) {
            gateway.faults().refuseUpgrades(503, 1);
        } else {
            gateway.faults().failHttp(step, 503, 1);
        }

        StepVerifier.create(runtime.connect())
                .expectErrorMatches(error -> error instanceof HttpStatusException.Unavailable
                        || error instanceof HandshakeException refused && refused.status() == 503)
                .verify(LIMIT);
        eventually(
                "what was registered is given back",
                () -> gateway.session(alice).isEmpty());
        time.advanceTimeBy(Duration.ofHours(1));
        runtime.disconnect().block(LIMIT);
        time.advanceTimeBy(Duration.ofHours(1));

        assertNothingLeft();
        assertThat(runtime.currentState()).isInstanceOf(Disconnected.class);
        assertThat(requestsOfAlice(REGISTER)).isEqualTo(1);
    }

    private long requestsOfAlice(String call) {
        return gateway.requests(call).stream()
                .filter(request -> request.agentId().equals(alice.id()))
                .count();
    }

    // ---- 4: disconnect() during a reconnect or the wait after a 429 stops neither; a zombie session and socket follow

    @Test
    void disconnectDuringABackOffStopsIt() {
        VirtualTimeScheduler time = VirtualTimeScheduler.create();
        NookplotRuntime runtime =
                connected(options -> options.timer(time).reconnect(retry -> retry.strategy(retryAfterMillis(30_000))));
        gateway.restart(Shutdown.KILLED, Duration.ZERO).block(LIMIT);
        runtime.state().ofType(Reconnecting.class).blockFirst(LIMIT);

        runtime.disconnect().block(LIMIT);
        time.advanceTimeBy(Duration.ofHours(1));

        assertNothingLeft();
        assertThat(gateway.sessionsOpened(alice)).isEqualTo(1);
        assertThat(runtime.currentState()).isInstanceOf(Disconnected.class);
    }

    @Test
    void disconnectDuringTheWaitAfterA429StopsIt() {
        VirtualTimeScheduler time = VirtualTimeScheduler.create();
        gateway.faults().stallHttp(REGISTER, true);
        gateway.faults().rateLimit(REGISTER, 1, Duration.ofSeconds(60));
        NookplotRuntime runtime = runtime(options -> options.timer(time));
        AtomicReference<Throwable> failure = failureOf(runtime.connect());
        awaitRequest(REGISTER);
        long timers = time.getScheduledTaskCount();
        gateway.faults().stallHttp(REGISTER, false);
        eventually("the wait has begun", () -> time.getScheduledTaskCount() > timers);

        runtime.disconnect().block(LIMIT);
        time.advanceTimeBy(Duration.ofHours(1));

        awaitDisconnected(failure);
        assertNothingLeft();
        assertThat(requestsOfAlice(REGISTER)).isEqualTo(1);
        assertThat(runtime.currentState()).isInstanceOf(Disconnected.class);
    }

    @ParameterizedTest(name = "{0} is stalled")
    @ValueSource(strings = {REGISTER, TICKET, UPGRADE})
    void disconnectDuringAnAttemptToReconnectStopsIt(String step) {
        // The answer to a stalled registration is not waited for any longer; all else is told in time.
        NookplotRuntime runtime = connected(options -> step.equals(REGISTER) ? options.closeTimeout(SHORT) : options);
        stall(step);
        gateway.faults().dropAllSockets();
        eventually("the attempt is at " + step, () -> requestsOfAlice(step) == 2);

        runtime.disconnect().block(LIMIT);

        assertThat(runtime.currentState()).isInstanceOf(Disconnected.class);
        assertNothingLeft();
        assertThat(requestsOfAlice(REGISTER)).isEqualTo(2);
    }

    /** The gateway has acted on the registration, and its answer is on the way. */
    @Test
    void disconnectBeforeTheAnswerToARegistrationLeavesNoSession() {
        ReactorHttpExchange http =
                ReactorHttpExchange.create(NetOptions.defaults(), HttpOptions.defaults(), Schedulers.parallel());
        Sinks.Empty<Void> arrival = Sinks.empty();
        NookplotRuntime runtime = runtime(options -> options.transport(
                call -> http.exchange(call).delayUntil(reply -> arrival.asMono()),
                WebSocketConnector.of(NetOptions.defaults(), WebSocketOptions.defaults(), Schedulers.parallel())));
        AtomicReference<Throwable> failure = failureOf(runtime.connect());
        eventually("the gateway has a session", () -> gateway.session(alice).isPresent());

        Mono<Void> leaving = runtime.disconnect().cache();
        leaving.subscribe();
        eventually("disconnected", () -> runtime.currentState() instanceof Disconnected);
        arrival.tryEmitEmpty();
        leaving.block(LIMIT);

        awaitDisconnected(failure);
        assertThat(gateway.session(alice)).isEmpty();
        assertThat(gateway.requests(TICKET)).isEmpty();
        http.close().block(LIMIT);
    }

    private void stall(String step) {
        if (step.equals(UPGRADE)) {
            gateway.faults().stallUpgrades(true);
        } else {
            gateway.faults().stallHttp(step, true);
        }
    }

    // ---- 5: unreachable or 401, the state stays "connecting" for ever; a revoked key is tried 10 times

    @Test
    void unreachableGatewayLeavesTheStateDisconnected() {
        gateway.stop(Shutdown.KILLED).block(LIMIT);

        assertRejected(runtime(), ConnectFailedException.class);
    }

    @Test
    void wrongKeyLeavesTheStateDisconnected() {
        gateway.revokeKey(alice);

        assertRejected(runtime(), HttpStatusException.Unauthorized.class);
        assertThat(gateway.requests(REGISTER)).hasSize(1);
    }

    private static void assertRejected(NookplotRuntime runtime, Class<? extends RuntimeClientException> error) {
        List<ConnectionState> states = synchronizedList();
        runtime.state().subscribe(states::add);

        StepVerifier.create(runtime.connect()).expectError(error).verify(LIMIT);

        eventually("the state has come back", () -> states.size() == 3);
        assertThat(names(states)).containsExactly("disconnected", "connecting", "disconnected");
    }

    @Test
    void revokedKeyIsTriedOnce() {
        NookplotRuntime runtime = connected();
        gateway.revokeKey(alice);

        StepVerifier.create(runtime.state().ofType(Failed.class))
                .then(() -> gateway.faults().dropAllSockets())
                .assertNext(failed -> assertThat(failed.cause()).isInstanceOf(HttpStatusException.Unauthorized.class))
                .thenCancel()
                .verify(LIMIT);
        assertThat(gateway.requests(REGISTER)).hasSize(2);
    }

    // ---- 6: no time limits: a hung call took 301 s, a hung upgrade was still pending after 330 s

    @ParameterizedTest
    @ValueSource(strings = {REGISTER, TICKET})
    void hungRequestIsGivenUpAtItsLimit(String call) {
        gateway.faults().stallHttp(call, true);
        NookplotRuntime runtime = runtime(options -> options.http(http -> http.requestTimeout(SHORT)));

        assertGivenUp(runtime.connect());

        assertThat(runtime.currentState()).isInstanceOf(Disconnected.class);
        // Whether the gateway has noticed the end of the connection is for itself to know.
        gateway.restart(Shutdown.KILLED, Duration.ZERO).block(LIMIT);
        assertNothingLeft();
    }

    private static void assertGivenUp(Mono<?> call) {
        StepVerifier.create(call)
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                TimeLimitException.class,
                                late -> assertThat(late.limit()).isEqualTo(SHORT)))
                .verify(LIMIT);
    }

    @Test
    void hungCallOfAUserIsGivenUpAtItsLimit() {
        NookplotRuntime runtime = connected(options -> options.http(http -> http.requestTimeout(SHORT)));
        gateway.faults().stallHttp("GET /v1/runtime/status", true);

        assertGivenUp(runtime.getStatus());

        assertThat(runtime.currentState()).isInstanceOf(Connected.class);
    }

    @Test
    void hungUpgradeIsGivenUpAtItsLimit() {
        gateway.faults().stallUpgrades(true);
        NookplotRuntime runtime = runtime(options -> options.handshakeTimeout(SHORT));

        assertGivenUp(runtime.connect());

        assertThat(runtime.currentState()).isInstanceOf(Disconnected.class);
        assertNothingLeft();
    }

    @Test
    void missingWelcomeIsGivenUpAtItsLimit() {
        gateway.faults().halfOpen(true);
        NookplotRuntime runtime = runtime(options -> options.handshakeTimeout(SHORT));

        assertGivenUp(runtime.connect());

        assertThat(runtime.currentState()).isInstanceOf(Disconnected.class);
        assertNothingLeft();
    }

    // ---- 11: at the fourth connection it flaps for ever, 20 connects in 30 s, and ends the healthy instance's session

    @Test
    void fourthConnectionWaitsTheLongestDelayAndDisturbsNobody() {
        List<NookplotRuntime> healthy = List.of(connected(), connected(), connected());
        List<ConnectionState> seen = synchronizedList();
        healthy.forEach(runtime -> runtime.state().skip(1).subscribe(seen::add));
        List<String> heard = synchronizedList();
        healthy.forEach(runtime ->
                runtime.events().type("still.there").map(GatewayEvent::type).subscribe(heard::add));
        NookplotRuntime fourth = runtime(options -> options.reconnect(
                retry -> retry.retryInitialConnect(true).strategy(retryAfterMillis(20, 50, LONG.toMillis()))));

        StepVerifier.create(fourth.state())
                .expectNextMatches(Disconnected.class::isInstance)
                .then(() -> fourth.connect().subscribe(session -> {}, error -> {}))
                .expectNextMatches(ConnectionState.Connecting.class::isInstance)
                .assertNext(state -> assertThat(state).isInstanceOfSatisfying(Reconnecting.class, retry -> {
                    assertThat(retry.attempt()).isEqualTo(1);
                    assertThat(retry.delay()).isEqualTo(LONG);
                    assertThat(retry.cause())
                            .isInstanceOfSatisfying(
                                    ConnectionLostException.class,
                                    lost -> assertThat(lost.code()).isEqualTo(1008));
                }))
                .thenCancel()
                .verify(LIMIT);

        assertThat(gateway.sockets(alice)).isEqualTo(3);
        assertThat(gateway.session(alice)).isPresent();
        assertThat(gateway.sessionsOpened(alice)).isEqualTo(4);
        gateway.push(alice, "still.there");
        eventually("all three hear it", () -> heard.size() == 3);
        assertThat(seen).isEmpty();
        assertThat(healthy).allMatch(runtime -> runtime.currentState() instanceof Connected);
    }

    // ---- 12: two concurrent connect() calls leave two sockets and duplicate events, and disconnect() ends only one

    @ParameterizedTest(name = "{0} calls, stalled: {1}")
    @CsvSource({"2,false", "10,false", "10,true"})
    void concurrentConnectsShareOneSocket(int calls, boolean stalled) {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        gateway.faults().stallUpgrades(stalled);
        NookplotRuntime runtime = runtime(options -> options.autoSubscribe(false));
        List<String> heard = synchronizedList();
        runtime.channels().messages(lobby.id()).map(ChannelMessage::content).subscribe(heard::add);

        Mono<List<ConnectResult>> results = Flux.range(0, calls)
                .flatMap(n -> runtime.connect(), calls)
                .collectList()
                .cache();
        results.subscribe();
        awaitRequest(UPGRADE);
        gateway.faults().stallUpgrades(false);

        assertThat(results.block(LIMIT))
                .hasSize(calls)
                .containsOnly(results.block().get(0));
        assertThat(gateway.sockets(alice)).isEqualTo(1);
        assertThat(gateway.sessionsOpened(alice)).isEqualTo(1);
        assertThat(gateway.requests(UPGRADE)).hasSize(1);
        runtime.channels().subscribe(lobby.id()).block(LIMIT);
        gateway.post(bob, lobby, "once");
        gateway.post(bob, lobby, "last");
        eventually("both are heard", () -> heard.contains("last"));
        assertThat(heard).containsExactly("once", "last");
        runtime.disconnect().block(LIMIT);
        assertNothingLeft();
    }
}
