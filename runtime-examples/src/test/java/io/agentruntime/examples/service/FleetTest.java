package io.agentruntime.examples.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.examples.service.FleetEvent.StateChanged;
import io.agentruntime.examples.service.FleetEvent.Stopped;
import io.agentruntime.nookplot.NookplotRuntimeBuilder;
import io.agentruntime.telemetry.Telemetry;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class FleetTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private EmbeddedGateway gateway;
    private Fleet fleet;

    @BeforeEach
    void start() {
        gateway = EmbeddedGateway.start().block(LIMIT);
        fleet = new Fleet(new Home(), 3, Telemetry.none());
    }

    @AfterEach
    void close() {
        fleet.close().then(gateway.close()).block(LIMIT);
    }

    @Test
    void anAgentIsConnectedByStartingItAndGoneAfterStopping() {
        startAndConnect("a");
        assertThat(gateway.sockets(agent("a"))).isOne();

        fleet.stop("a").block(LIMIT);

        assertThat(fleet.agents()).isEmpty();
        assertThat(gateway.session(agent("a"))).isEmpty();
    }

    @Test
    void startingTwiceIsStartingOnce() {
        startAndConnect("a");
        Flux.range(0, 10).flatMap(time -> fleet.start("a")).blockLast(LIMIT);

        assertThat(fleet.agents()).hasSize(1);
        assertThat(gateway.sessionsOpened(agent("a"))).isOne();
    }

    @Test
    void anAgentThatIsStartedWhileItIsStoppedStartsAfterwards() {
        startAndConnect("a");
        Mono<StateChanged> connectedAgain = connected("a").cache();
        connectedAgain.subscribe();

        Mono.when(fleet.stop("a"), fleet.start("a")).block(LIMIT);
        connectedAgain.block(LIMIT);

        assertThat(gateway.sessionsOpened(agent("a"))).isEqualTo(2);
        assertThat(gateway.sockets(agent("a"))).isOne();
    }

    @Test
    void anAgentStartsWithoutItsGatewayAndConnectsWhenItIsThere() {
        gateway.stop(Shutdown.CLEAN).block(LIMIT);
        Mono<StateChanged> retrying = states("a", "reconnecting").cache();
        Mono<StateChanged> connected = connected("a").cache();
        retrying.subscribe();
        connected.subscribe();

        fleet.start("a").block(LIMIT);
        StateChanged retry = retrying.block(LIMIT);
        gateway.startAgain().block(LIMIT);
        connected.block(LIMIT);

        assertThat(retry.attempt()).isOne();
        assertThat(retry.delayMillis()).isNotNegative();
        assertThat(retry.cause()).isNotBlank();
    }

    @Test
    void stoppingGoesOnWhenNobodyWaits() {
        startAndConnect("a");
        Mono<FleetEvent> stopped =
                fleet.events().filter(Stopped.class::isInstance).next().cache();
        stopped.subscribe();

        fleet.stop("a").subscribe().dispose();

        assertThat(stopped.block(LIMIT).agent()).isEqualTo("a");
        assertThat(gateway.session(agent("a"))).isEmpty();
    }

    @Test
    void aFullFleetTakesNobodyElse() {
        Flux.just("a", "b", "c").concatMap(fleet::start).blockLast(LIMIT);

        assertThatThrownBy(() -> fleet.start("d").block(LIMIT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("3");
        fleet.stop("b").then(fleet.start("d")).block(LIMIT);
        assertThat(fleet.agents()).extracting(AgentSnapshot::id).containsExactly("a", "c", "d");
    }

    @Test
    void aClosedFleetHasStoppedEverybodyAndTakesNobody() {
        startAndConnect("a");
        Mono<Long> events = fleet.events().count().cache();
        events.subscribe();

        fleet.close().block(LIMIT);

        assertThat(gateway.session(agent("a"))).isEmpty();
        assertThat(events.block(LIMIT)).isPositive();
        assertThatThrownBy(() -> fleet.start("b").block(LIMIT)).isInstanceOf(IllegalStateException.class);
        assertThat(fleet.agents()).isEmpty();
    }

    @Test
    void anAgentWithoutAKeyIsUnknown() {
        Fleet real = new Fleet(new RealGateway(gateway.url(), Map.of(), null), 3, Telemetry.none());

        assertThatThrownBy(() -> real.start("a").block(LIMIT)).isInstanceOf(UnknownAgentException.class);
        assertThatThrownBy(() -> real.runtime("a").block(LIMIT)).isInstanceOf(UnknownAgentException.class);
    }

    private void startAndConnect(String id) {
        Mono<StateChanged> connected = connected(id).cache();
        connected.subscribe();
        fleet.start(id).block(LIMIT);
        connected.block(LIMIT);
    }

    private Mono<StateChanged> connected(String id) {
        return states(id, "connected");
    }

    private Mono<StateChanged> states(String id, String state) {
        return fleet.events()
                .ofType(StateChanged.class)
                .filter(event -> event.agent().equals(id) && event.state().equals(state))
                .next();
    }

    private GatewayAgent agent(String id) {
        return gateway.agent(id);
    }

    private final class Home implements AgentHome {

        @Override
        public NookplotRuntimeBuilder runtime(String agentId) {
            return gateway.runtime(agent(agentId))
                    .reconnect(r -> r.retryInitialConnect(true)
                            .initialDelay(Duration.ofMillis(50))
                            .maxDelay(Duration.ofMillis(200)));
        }

        @Override
        public Optional<String> channelId() {
            return Optional.empty();
        }
    }
}
