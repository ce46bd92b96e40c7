package io.agentruntime.spring;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Connecting;
import io.agentruntime.connection.ConnectionState.Disconnected;
import io.agentruntime.connection.ConnectionState.Failed;
import io.agentruntime.error.RetriesExhaustedException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.stream.SubscriberStats;
import io.agentruntime.support.LogLines;
import io.agentruntime.support.Secrets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.ApplicationEventPublisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

/** What the application is told of a connection, whatever its listeners do. */
@Timeout(60)
class WatchedConnectionTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final FakeConnection connection = new FakeConnection();
    private final List<String> heard = new CopyOnWriteArrayList<>();

    private WatchedConnection watch(ApplicationEventPublisher listeners) {
        WatchedConnection watched = new WatchedConnection("fake", "default", connection, true, listeners);
        watched.start();
        return watched;
    }

    @Test
    void aListenerThatBlocksDoesNotHoldUpTheStatus() {
        CountDownLatch go = new CountDownLatch(1);
        WatchedConnection watched = watch(event -> {
            await(go);
            hear(event);
        });
        connection.states.tryEmitNext(new Connecting());
        connection.states.tryEmitNext(new Failed(new RuntimeClientException("refused")));

        assertThat(watched.status().state()).isEqualTo("failed");
        assertThat(watched.status().lastError()).contains("refused");

        go.countDown();
        eventually(() -> heard.equals(List.of("connecting", "failed")));
    }

    @Test
    void aStopWaitsForTheListenersOfAllStates() {
        CountDownLatch go = new CountDownLatch(1);
        WatchedConnection watched = watch(event -> {
            await(go);
            hear(event);
        });
        connection.states.tryEmitNext(new Connecting());
        connection.states.tryEmitNext(new Connected(() -> "session", Instant.now()));

        StepVerifier.create(watched.stop(Duration.ZERO))
                .then(() -> connection.states.tryEmitNext(new Disconnected()))
                .then(go::countDown)
                .expectComplete()
                .verify(PATIENCE);

        assertThat(heard).containsExactly("connecting", "connected", "disconnected");
    }

    /** An application's own connection may, whatever its contract says. */
    @Test
    void aConnectionThatDoesNotStopInGoodOrderIsSaidAndLetGo() {
        FakeConnection broken = new FakeConnection() {
            @Override
            public Mono<Void> drain(Duration limit) {
                return Mono.error(new IllegalStateException("drain"));
            }

            @Override
            public Mono<Void> disconnect() {
                throw new IllegalArgumentException("disconnect");
            }
        };
        WatchedConnection watched = new WatchedConnection("fake", "broken", broken, true, this::hear);
        watched.start();

        try (LogLines log = LogLines.of(WatchedConnection.class)) {
            StepVerifier.create(watched.stop(Duration.ZERO)).expectComplete().verify(PATIENCE);

            assertThat(log.at(Level.WARN, "'broken' did not stop in good order"))
                    .satisfiesExactly(
                            first -> assertThat(first).endsWith("IllegalStateException"),
                            second -> assertThat(second).endsWith("IllegalArgumentException"));
        }
        assertThat(broken.states.currentSubscriberCount()).isZero();
    }

    @Test
    void aListenerThatFailsWithAnErrorHearsTheNextEvent() {
        WatchedConnection watched = watch(event -> {
            hear(event);
            throw new AssertionError("a bug of the listener");
        });

        connection.states.tryEmitNext(new Connecting());
        connection.states.tryEmitNext(new Disconnected());

        eventually(() -> heard.equals(List.of("connecting", "disconnected")));
        assertThat(watched.status().state()).isEqualTo("disconnected");
    }

    @Test
    void aStateAndAFailedConnectAtTheSameTimeAreBothKept() throws Exception {
        for (int round = 0; round < 500; round++) {
            FakeConnection fresh = new FakeConnection();
            WatchedConnection watched = new WatchedConnection("fake", "default", fresh, true, event -> {});
            watched.start();
            CyclicBarrier together = new CyclicBarrier(2);
            Thread failing = new Thread(() -> {
                meet(together);
                fresh.connecting.tryEmitError(new RuntimeClientException("refused"));
            });
            failing.start();
            meet(together);
            fresh.states.tryEmitNext(new Connecting());
            failing.join();

            assertThat(watched.status().state()).isEqualTo("connecting");
            assertThat(watched.status().lastError()).contains("refused");
        }
    }

    @Test
    void whatOthersErrorsSayIsShownNowhere() {
        Throwable foreign = new IllegalStateException("https://localhost/?key=" + Secrets.MARKER);
        try (LogLines log = LogLines.of(WatchedConnection.class)) {
            WatchedConnection watched = watch(this::hear);

            connection.states.tryEmitNext(new Failed(new RetriesExhaustedException(1, foreign)));
            assertThat(watched.status().lastError())
                    .isEqualTo(
                            "RetriesExhaustedException: max retries exceeded (1); the last failure: IllegalStateException");

            connection.connecting.tryEmitError(foreign);
            assertThat(watched.status().lastError()).isEqualTo("IllegalStateException");
            assertThat(log.at(Level.WARN, "'default' did not connect"))
                    .singleElement()
                    .satisfies(line ->
                            assertThat(line).endsWith("IllegalStateException").doesNotContain(Secrets.MARKER));
        }
    }

    private void hear(Object event) {
        heard.add(((ConnectionStateChanged) event).state().name());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void eventually(BooleanSupplier condition) {
        Flux.interval(Duration.ofMillis(10))
                .filter(tick -> condition.getAsBoolean())
                .blockFirst(PATIENCE);
    }

    /** A connection whose states are the test's to say. */
    private static class FakeConnection implements RuntimeConnection {

        final Sinks.Many<ConnectionState> states = Sinks.many().replay().latestOrDefault(new Disconnected());
        final Sinks.Empty<Void> connecting = Sinks.empty();

        @Override
        public Object runtime() {
            return this;
        }

        @Override
        public Flux<ConnectionState> state() {
            return states.asFlux();
        }

        @Override
        public Mono<Void> connect() {
            return connecting.asMono();
        }

        @Override
        public Mono<Void> drain(Duration limit) {
            return Mono.empty();
        }

        @Override
        public Mono<Void> disconnect() {
            return Mono.empty();
        }

        @Override
        public List<SubscriberStats> subscribers() {
            return List.of();
        }
    }
}
