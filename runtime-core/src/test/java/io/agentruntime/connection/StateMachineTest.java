package io.agentruntime.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ch.qos.logback.classic.Level;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Connecting;
import io.agentruntime.connection.ConnectionState.Disconnected;
import io.agentruntime.connection.ConnectionState.Failed;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.connection.ScriptedGateway.FakeSession;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.support.LogLines;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

/** The table of {@link ConnectionState}: what may follow what, who is told, and what is logged. */
class StateMachineTest {

    private static final Disconnected DISCONNECTED = new Disconnected();
    private static final Connecting CONNECTING = new Connecting();
    private static final Connected CONNECTED = connected("s1");
    private static final Reconnecting RECONNECTING = retry(1);
    private static final Failed FAILED = new Failed(new IOException("refused"));

    private static final List<ConnectionState> STATES =
            List.of(DISCONNECTED, CONNECTING, CONNECTED, connected("s2"), RECONNECTING, retry(2), FAILED);

    private static final Map<Class<?>, Set<Class<?>>> TABLE = Map.of(
            Disconnected.class, Set.of(Connecting.class),
            Connecting.class, Set.of(Connected.class, Disconnected.class, Reconnecting.class, Failed.class),
            Connected.class, Set.of(Reconnecting.class, Failed.class, Disconnected.class),
            Reconnecting.class, Set.of(Reconnecting.class, Connected.class, Failed.class, Disconnected.class),
            Failed.class, Set.of(Connecting.class, Disconnected.class));

    private final List<String> told = new ArrayList<>();

    private static Connected connected(String id) {
        return new Connected(new ScriptedGateway.Info(id), Instant.EPOCH);
    }

    private static Reconnecting retry(int attempt) {
        return new Reconnecting(attempt, Duration.ofSeconds(1), new IOException("reset"));
    }

    private StateMachine machine() {
        return new StateMachine(
                new ConnectionOptions(
                        "test",
                        ReconnectPolicy.documented().build(),
                        FailureClassifier.standard(),
                        false,
                        Duration.ofSeconds(5),
                        Schedulers.immediate(),
                        ScriptedGateway.MOST,
                        StreamOptions.defaults().withDeliverOn(Schedulers.immediate())),
                new ConnectionListener<FakeSession>() {
                    @Override
                    public void onState(ConnectionState state) {
                        told.add("listener " + state.name());
                    }

                    @Override
                    public void onSession(FakeSession session) {}
                });
    }

    /** One that has come to a state by allowed steps. */
    private StateMachine at(ConnectionState state) {
        StateMachine machine = machine();
        if (state instanceof Disconnected) {
            return machine;
        }
        machine.moveTo(CONNECTING);
        machine.moveTo(state); // itself, where it is there already
        return machine;
    }

    @Test
    void whatTheTableDoesNotNameIsRefused() {
        for (ConnectionState from : STATES) {
            for (ConnectionState to : STATES) {
                StateMachine machine = at(from);
                if (to.equals(from) || TABLE.get(from.getClass()).contains(to.getClass())) {
                    machine.moveTo(to);
                    assertThat(machine.current()).isEqualTo(to);
                } else {
                    assertThatIllegalStateException()
                            .as("%s to %s", from, to)
                            .isThrownBy(() -> machine.moveTo(to))
                            .withMessageContaining(to.toString());
                    assertThat(machine.current()).isEqualTo(from);
                }
            }
        }
    }

    @Test
    void theListenerIsToldBeforeTheSubscribersAndNeverTwice() {
        StateMachine machine = machine();
        machine.flux(Runnable::run).subscribe(state -> told.add("subscriber " + state.name()));
        machine.moveTo(DISCONNECTED);
        machine.moveTo(CONNECTING);
        machine.moveTo(CONNECTING);

        assertThat(told).containsExactly("subscriber disconnected", "listener connecting", "subscriber connecting");
    }

    @Test
    void aLongOutageIsLoudThreeTimesAndThenQuiet() {
        try (LogLines log = LogLines.of(ConnectionEngine.class)) {
            StateMachine machine = at(CONNECTED);
            for (int attempt = 1; attempt <= 10; attempt++) {
                machine.moveTo(retry(attempt));
            }
            machine.moveTo(FAILED);

            assertThat(log.at(Level.WARN, "test: connection lost")).hasSize(3);
            assertThat(log.at(Level.DEBUG, "test: connection lost")).hasSize(7);
            assertThat(log.at(Level.ERROR, "test: connection given up: IOException"))
                    .hasSize(1);
        }
    }
}
