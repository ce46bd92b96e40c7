package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Disconnected;
import io.agentruntime.testkit.RecordedFrame;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * Connects that are cancelled or overtaken by a disconnect: afterwards nothing is left at the gateway. More of them in {@link
 * OtherClientsFaultsConnectingLoopbackTest}.
 */
class DisconnectLoopbackTest extends LoopbackScenario {

    /** Half of it is for the peer's close frame; the other half, in which the gateway is told, is long for that. */
    private static final Duration SHORT = Duration.ofSeconds(3);

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
        NookplotRuntime runtime = runtime(options -> options.closeTimeout(SHORT));
        AtomicReference<Throwable> failure = failureOf(runtime.connect());
        eventually("the socket is open", () -> gateway.sockets(alice) == 1);

        runtime.disconnect().block(LIMIT);

        awaitDisconnected(failure);
        assertNothingLeft();
    }

    @Test
    void disconnectFromAFrozenPeerIsBounded() {
        NookplotRuntime runtime =
                connected(options -> options.autoSubscribe(false).closeTimeout(SHORT));
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
