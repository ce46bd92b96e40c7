package io.agentruntime.examples.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.nookplot.ChannelMessage;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.Delivery.Gap;
import io.agentruntime.stream.Delivery.Message;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import io.agentruntime.testkit.GatewayChannel;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** An agent over a real socket, on a gateway that drops it. */
class LoopbackScenarioTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private EmbeddedGateway gateway;
    private GatewayAgent bob;
    private GatewayChannel lobby;
    private NookplotRuntime alice;

    @BeforeEach
    void start() {
        gateway = EmbeddedGateway.start().block(LIMIT);
        GatewayAgent registered = gateway.agent("alice");
        bob = gateway.agent("bob");
        lobby = gateway.channel("lobby", registered, bob);
        alice = NookplotRuntime.builder()
                .gatewayUrl(gateway.url())
                .apiKey(registered.apiKey())
                .reconnect(r -> r.initialDelay(Duration.ofMillis(50)))
                .build();
    }

    @AfterEach
    void close() {
        alice.close().then(gateway.close()).block(LIMIT);
    }

    @Test
    void reconnectsAfterABrokenSocketAndHearsTheChannelAgain() {
        StepVerifier states = StepVerifier.create(alice.state().map(ConnectionState::name))
                .expectNext("disconnected", "connecting", "connected", "reconnecting", "connected")
                .thenCancel()
                .verifyLater();

        StepVerifier.create(alice.channels().deliveries(lobby.id()))
                .then(() -> alice.connect()
                        .then(alice.channels().subscribe(lobby.id()))
                        .block(LIMIT))
                .then(() -> gateway.post(bob, lobby, "before"))
                .assertNext(delivery -> assertThat(text(delivery)).isEqualTo("before"))
                .then(() -> gateway.faults().dropAllSockets())
                .assertNext(delivery -> assertThat(delivery).isInstanceOf(Gap.class))
                .then(() -> gateway.post(bob, lobby, "after"))
                .assertNext(delivery -> assertThat(text(delivery)).isEqualTo("after"))
                .thenCancel()
                .verify(LIMIT);

        states.verify(LIMIT);
        assertThat(gateway.requests("POST /v1/runtime/connect")).hasSize(2);
    }

    @Test
    void aRefusedUpgradeIsTriedAgainWithANewTicket() {
        alice.connect().block(LIMIT);
        gateway.faults().refuseUpgrades(401, 1);

        StepVerifier.create(alice.state())
                .expectNextMatches(Connected.class::isInstance)
                .then(() -> gateway.faults().dropAllSockets())
                .expectNextMatches(state -> state instanceof Reconnecting retry && retry.attempt() == 1)
                .expectNextMatches(state -> state instanceof Reconnecting retry && retry.attempt() == 2)
                .expectNextMatches(Connected.class::isInstance)
                .thenCancel()
                .verify(LIMIT);

        assertThat(gateway.requests("POST /v1/ws/ticket")).hasSize(3);
    }

    private static String text(Delivery<ChannelMessage> delivery) {
        return delivery instanceof Message<ChannelMessage> message
                ? message.payload().content()
                : delivery.toString();
    }
}
