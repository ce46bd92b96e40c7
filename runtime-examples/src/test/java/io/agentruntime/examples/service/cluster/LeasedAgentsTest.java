package io.agentruntime.examples.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.examples.service.AgentHome;
import io.agentruntime.examples.service.Fleet;
import io.agentruntime.examples.service.FleetEvent.StateChanged;
import io.agentruntime.examples.service.UnknownAgentException;
import io.agentruntime.nookplot.NookplotRuntimeBuilder;
import io.agentruntime.telemetry.Telemetry;
import io.agentruntime.testkit.EmbeddedGateway;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** A fleet whose agents are here by lease only, on a gateway over loopback. */
class LeasedAgentsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String DISCONNECT = "POST /v1/runtime/disconnect";

    private final EmbeddedGateway gateway = EmbeddedGateway.start().block(PATIENCE);
    private final LeasedAgents home = new LeasedAgents(new AgentHome() {
        @Override
        public NookplotRuntimeBuilder runtime(String agentId) {
            return gateway.runtime(gateway.agent(agentId)).autoSubscribe(false).closeTimeout(PATIENCE);
        }

        @Override
        public Optional<String> channelId() {
            return Optional.empty();
        }
    });
    private final Fleet fleet = new Fleet(home, 10, Telemetry.none());
    private final AgentHost host = home.host(fleet);

    @AfterEach
    void close() {
        fleet.close().then(gateway.close()).block(PATIENCE);
    }

    @Test
    void noAgentIsStartedWhoseSlotIsNotHeldHere() {
        StepVerifier.create(fleet.start("ada"))
                .expectError(UnknownAgentException.class)
                .verify(PATIENCE);

        Lease over = lease();
        over.end();
        StepVerifier.create(host.start("ada", over))
                .expectError(UnknownAgentException.class)
                .verify(PATIENCE);
        assertThat(fleet.agents()).isEmpty();
    }

    @Test
    void anAgentWhoseLeaseEndedRunsAgainUnderTheNext() {
        Lease first = lease();
        becomes("connected", host.start("ada", first));
        becomes("reconnecting", Mono.fromRunnable(first::end));
        host.stop("ada").block(PATIENCE);
        assertThat(fleet.agents()).isEmpty();

        becomes("connected", host.start("ada", lease()));

        assertThat(gateway.sessionsOpened(gateway.agent("ada"))).isEqualTo(2);
    }

    /** Over HTTP anybody can start an agent at any time, also between the end of its stop and that of its lease. */
    @Test
    void anAgentThatWasStartedUnderAnEndingLeaseRunsUnderTheNext() {
        Lease first = lease();
        becomes("connected", host.start("ada", first));
        becomes("reconnecting", Mono.fromRunnable(first::end));

        becomes("connected", host.start("ada", lease()));

        assertThat(gateway.sessionsOpened(gateway.agent("ada"))).isEqualTo(2);
    }

    /** Its start waits for the stop that is under way; meanwhile its slot becomes somebody else's. */
    @Test
    void anAgentThatIsStoppedIsNotStartedByAnybodyElse() {
        becomes("connected", host.start("ada", lease()));
        gateway.faults().stallHttp(DISCONNECT, true);

        StepVerifier.create(Mono.when(fleet.stop("ada"), fleet.start("ada"), host.stop("ada")))
                .expectSubscription()
                .then(() -> gateway.faults().stallHttp(DISCONNECT, false))
                .expectError(UnknownAgentException.class)
                .verify(PATIENCE);
        assertThat(fleet.agents()).isEmpty();
    }

    private void becomes(String state, Mono<Void> action) {
        StepVerifier.create(fleet.events()
                        .ofType(StateChanged.class)
                        .filter(change -> change.state().equals(state))
                        .take(1))
                .expectSubscription()
                .then(() -> action.block(PATIENCE))
                .expectNextCount(1)
                .expectComplete()
                .verify(PATIENCE);
    }

    private static Lease lease() {
        return new Lease(
                System::nanoTime, System.nanoTime() + PATIENCE.multipliedBy(10).toNanos());
    }

    @Test
    void settingsThatCannotWorkAreRefusedByTheirNames() {
        assertThatThrownBy(() -> new ClusterSettings("redis://localhost", "agents", "", 0, Duration.ofSeconds(15)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("service.cluster.slots");
        assertThatThrownBy(() -> new ClusterSettings("redis://localhost", "agents", "", 64, Duration.ofMillis(10)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("service.cluster.lease");
        assertThat(new ClusterSettings("redis://u:secret@localhost", "agents", "", 64, Duration.ofSeconds(15)))
                .hasToString("ClusterSettings[prefix=agents, node=, slots=64, lease=PT15S]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"redis://u:sec ret@localhost", "redis://u:sec%zzret@localhost", "http://u:secret@localhost"})
    void aUrlThatCannotBeReadIsRefusedWithoutItsPassword(String url) {
        assertThatThrownBy(() -> new RedisSlots(url, "agents", "a", 64, new LeaseTimes(Duration.ofSeconds(15))))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("service.cluster.redis-url")
                .hasNoCause()
                .hasMessageNotContaining("ret");
    }
}
