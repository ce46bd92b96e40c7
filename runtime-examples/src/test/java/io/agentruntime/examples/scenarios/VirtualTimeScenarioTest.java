package io.agentruntime.examples.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Failed;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.connection.DelayStrategy;
import io.agentruntime.error.LivenessTimeoutException;
import io.agentruntime.error.RetriesExhaustedException;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.Faults;
import io.agentruntime.testkit.GatewayAgent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** An agent and its gateway in memory, on one virtual clock: minutes pass in milliseconds, the same way each time. */
class VirtualTimeScenarioTest {

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final EmbeddedGateway gateway = EmbeddedGateway.inMemory(time);
    private final GatewayAgent agent = gateway.agent("alice");

    private final NookplotRuntime alice = gateway.runtime(agent)
            .heartbeatInterval(Duration.ofSeconds(30))
            .livenessTimeout(Duration.ofSeconds(60))
            .reconnect(r -> r.maxRetries(2)
                    .strategy(DelayStrategy.table(List.of(Duration.ofSeconds(1), Duration.ofSeconds(5)))))
            .build();

    @Test
    void aHalfOpenLinkIsFoundAndReplaced() {
        StepVerifier.withVirtualTime(alice::state, () -> time, Long.MAX_VALUE)
                .expectNextMatches(state -> state.name().equals("disconnected"))
                .then(() -> alice.connect().subscribe())
                .thenAwait(Duration.ZERO)
                .expectNextMatches(state -> state.name().equals("connecting"))
                .expectNextMatches(Connected.class::isInstance)
                .thenAwait(Duration.ofSeconds(45))
                .then(() -> gateway.faults().freezeSockets())
                // The pong of second 30 was the last sign of life: the limit passes at second 90.
                .expectNoEvent(Duration.ofSeconds(44))
                .thenAwait(Duration.ofSeconds(1))
                .expectNextMatches(state -> state instanceof Reconnecting retry
                        && retry.cause() instanceof LivenessTimeoutException
                        && retry.delay().equals(Duration.ofSeconds(1)))
                .expectNoEvent(Duration.ofMillis(999))
                .thenAwait(Duration.ofMillis(1))
                .expectNextMatches(Connected.class::isInstance)
                .thenCancel()
                .verify(Duration.ofSeconds(10));

        assertThat(gateway.sessionsOpened(agent)).isEqualTo(2);
    }

    @Test
    void givesUpAfterTheLastRetry() {
        alice.connect().subscribe();
        time.advanceTime();
        gateway.faults().failHttp("POST /v1/runtime/connect", 503, Faults.ALWAYS);
        long start = time.now(TimeUnit.MILLISECONDS);

        gateway.faults().dropAllSockets();
        StepVerifier failure = StepVerifier.create(alice.channels().messages())
                .expectError(RetriesExhaustedException.class)
                .verifyLater();
        time.advanceTimeBy(Duration.ofSeconds(1 + 5));

        assertThat(alice.currentState()).isInstanceOf(Failed.class);
        assertThat(time.now(TimeUnit.MILLISECONDS) - start).isEqualTo(6_000);
        assertThat(gateway.requests("POST /v1/runtime/connect")).hasSize(1 + 2);
        failure.verify(Duration.ofSeconds(10));
    }
}
