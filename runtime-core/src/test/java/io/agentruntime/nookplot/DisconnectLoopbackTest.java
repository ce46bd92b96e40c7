package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Disconnected;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.testkit.RecordedFrame;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Connects that are slow, shared, cancelled or overtaken by a disconnect: afterwards nothing is left at the gateway. */
class DisconnectLoopbackTest extends LoopbackScenario {

    private static final String REGISTER = "POST /v1/runtime/connect";
    private static final String TICKET = "POST /v1/ws/ticket";
    private static final String UPGRADE = "UPGRADE /ws/runtime";

    private void awaitRequest(String call) {
        gateway.requestStream().filter(request -> request.call().equals(call)).blockFirst(LIMIT);
    }

    /** Neither socket nor session, also after the gateway has dealt with everything that had waited for it. */
    private void assertNothingLeft() {
        gateway.faults().reset();
        // What another agent asks now comes behind it.
        NookplotRuntime other = runtime(bob, options -> options);
        other.connect().block(LIMIT);
        other.disconnect().block(LIMIT);
        eventually("no socket is open", () -> gateway.sockets() == 0);
        eventually("no session is left", () -> gateway.session(alice).isEmpty());
    }

    private static AtomicReference<Throwable> failureOf(Mono<?> call) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        call.subscribe(value -> {}, failure::set);
        return failure;
    }

    private static void awaitDisconnected(AtomicReference<Throwable> failure) {
        eventually("connect() has failed", () -> failure.get() != null);
        assertThat(failure.get()).isInstanceOf(DisconnectedException.class);
    }

    @Test
    void parallelConnectsShareOneSocket() {
        NookplotRuntime runtime = runtime();

        List<ConnectResult> results = Flux.range(0, 10)
                .flatMap(n -> runtime.connect(), 10)
                .collectList()
                .block(LIMIT);

        assertThat(results).hasSize(10).containsOnly(results.get(0));
        assertThat(gateway.sockets(alice)).isEqualTo(1);
        assertThat(gateway.sessionsOpened(alice)).isEqualTo(1);
        assertThat(gateway.requests(UPGRADE)).hasSize(1);
    }

    @Test
    void orderlyDisconnectClosesTheSocketAndTheSession() {
        NookplotRuntime runtime = connected(options -> options.autoSubscribe(false));

        runtime.disconnect().block(LIMIT);
        runtime.disconnect().block(LIMIT);

        assertThat(gateway.session(alice)).isEmpty();
        eventually("no socket is open", () -> gateway.sockets() == 0);
        assertThat(gateway.frames(alice))
                .filteredOn(frame -> frame.kind() == RecordedFrame.Kind.CLOSE)
                .singleElement()
                .satisfies(frame -> assertThat(frame.text()).isEqualTo("1000 client disconnect"));
        runtime.connect().block(LIMIT);
        assertThat(runtime.currentState()).isInstanceOf(Connected.class);
    }

    @Test
    void cancelledConnectLeavesNothing() {
        gateway.faults().stallUpgrades(true);
        NookplotRuntime runtime = runtime();

        Disposable connecting = runtime.connect().subscribe();
        awaitRequest(UPGRADE);
        connecting.dispose();

        eventually("disconnected", () -> runtime.currentState() instanceof Disconnected);
        assertNothingLeft();
    }

    @Test
    void oneOfTwoCallersMayCancel() {
        gateway.faults().stallUpgrades(true);
        NookplotRuntime runtime = runtime();

        Mono<ConnectResult> staying = runtime.connect().cache();
        staying.subscribe();
        Disposable leaving = runtime.connect().subscribe();
        awaitRequest(UPGRADE);
        leaving.dispose();
        gateway.faults().stallUpgrades(false);

        assertThat(staying.block(LIMIT)).isNotNull();
        assertThat(gateway.sockets(alice)).isEqualTo(1);
    }

    @Test
    void stalledUpgradeIsGivenUpAtItsLimit() {
        gateway.faults().stallUpgrades(true);
        Duration limit = Duration.ofMillis(200);
        NookplotRuntime runtime = runtime(options -> options.handshakeTimeout(limit));

        AtomicReference<Throwable> failure = failureOf(runtime.connect());

        eventually("connect() has failed", () -> failure.get() != null);
        assertThat(failure.get())
                .isInstanceOfSatisfying(
                        TimeLimitException.class,
                        late -> assertThat(late.limit()).isEqualTo(limit));
        assertThat(runtime.currentState()).isInstanceOf(Disconnected.class);
        assertNothingLeft();
    }

    @Test
    void stalledRequestIsGivenUpAtItsLimit() {
        for (String call : List.of(REGISTER, TICKET)) {
            gateway.faults().stallHttp(call, true);
            Duration limit = Duration.ofMillis(300);
            NookplotRuntime runtime = runtime(options -> options.http(http -> http.requestTimeout(limit)));

            AtomicReference<Throwable> failure = failureOf(runtime.connect());

            eventually("connect() has failed", () -> failure.get() != null);
            assertThat(failure.get())
                    .as(call)
                    .isInstanceOfSatisfying(
                            TimeLimitException.class,
                            late -> assertThat(late.limit()).isEqualTo(limit));
            assertThat(runtime.currentState()).isInstanceOf(Disconnected.class);
            gateway.restart(Shutdown.KILLED, Duration.ZERO).block(LIMIT);
            assertNothingLeft();
        }
    }

    @Test
    void missingWelcomeIsGivenUpAtItsLimit() {
        gateway.faults().halfOpen(true);
        NookplotRuntime runtime = runtime(options -> options.handshakeTimeout(Duration.ofMillis(200)));

        AtomicReference<Throwable> failure = failureOf(runtime.connect());

        eventually("connect() has failed", () -> failure.get() != null);
        assertThat(failure.get()).isInstanceOf(TimeLimitException.class).hasMessageContaining("welcome");
        assertNothingLeft();
    }

    /** The stall is not taken back: a gateway that has not noticed the end of the connection would still act. */
    @Test
    void disconnectDuringAStalledRequestWins() {
        for (String call : List.of(REGISTER, TICKET)) {
            gateway.faults().stallHttp(call, true);
            int before = gateway.requests(call).size();
            NookplotRuntime runtime = runtime();
            AtomicReference<Throwable> failure = failureOf(runtime.connect());
            eventually(call, () -> gateway.requests(call).size() > before);

            runtime.disconnect().block(LIMIT);

            awaitDisconnected(failure);
            assertThat(runtime.currentState()).isInstanceOf(Disconnected.class);
            assertThat(gateway.session(alice)).isEmpty();
            gateway.restart(Shutdown.KILLED, Duration.ZERO).block(LIMIT);
            assertNothingLeft();
            assertThat(gateway.requests(call))
                    .filteredOn(request -> request.agentId().equals(alice.id()))
                    .hasSize(1);
        }
    }

    @Test
    void disconnectDuringAStalledUpgradeWins() {
        gateway.faults().stallUpgrades(true);
        NookplotRuntime runtime = runtime();
        AtomicReference<Throwable> failure = failureOf(runtime.connect());
        awaitRequest(UPGRADE);

        runtime.disconnect().block(LIMIT);

        awaitDisconnected(failure);
        assertNothingLeft();
        assertThat(runtime.currentState()).isInstanceOf(Disconnected.class);
    }

    @Test
    void disconnectWhileTheWelcomeIsAwaitedWins() {
        gateway.faults().halfOpen(true);
        NookplotRuntime runtime = runtime(options -> options.closeTimeout(Duration.ofMillis(400)));
        AtomicReference<Throwable> failure = failureOf(runtime.connect());
        eventually("the socket is open", () -> gateway.sockets(alice) == 1);

        runtime.disconnect().block(LIMIT);

        awaitDisconnected(failure);
        assertNothingLeft();
    }

    /** In virtual time, so that what must not happen has had an hour to happen. */
    @Test
    void disconnectDuringTheWaitAfterA429Wins() {
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
        assertThat(gateway.requests(REGISTER))
                .filteredOn(request -> request.agentId().equals(alice.id()))
                .hasSize(1);
        assertThat(runtime.currentState()).isInstanceOf(Disconnected.class);
    }

    @Test
    void disconnectDuringABackOffWins() {
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
    void disconnectFromAFrozenPeerIsBounded() {
        NookplotRuntime runtime =
                connected(options -> options.autoSubscribe(false).closeTimeout(Duration.ofMillis(400)));
        gateway.faults().freezeSockets();

        runtime.disconnect().block(LIMIT);

        assertThat(runtime.currentState()).isInstanceOf(Disconnected.class);
        assertThat(gateway.session(alice)).isEmpty();
    }

    @Test
    void closeDuringAStalledUpgradeLeavesNothing() {
        gateway.faults().stallUpgrades(true);
        NookplotRuntime runtime = runtime();
        AtomicReference<Throwable> failure = failureOf(runtime.connect());
        awaitRequest(UPGRADE);

        runtime.close().block(LIMIT);

        eventually("connect() has failed", () -> failure.get() != null);
        runtime.state().then().block(LIMIT);
        assertNothingLeft();
    }
}
