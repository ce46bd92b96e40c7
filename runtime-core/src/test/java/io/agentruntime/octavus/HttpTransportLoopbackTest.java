package io.agentruntime.octavus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.testkit.octavus.EmbeddedOctavusServer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Turns over HTTP with real connections. */
class HttpTransportLoopbackTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Stands still: what is left of an answer is waited for as long as it takes. */
    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

    private final AtomicInteger connections = new AtomicInteger();
    private EmbeddedOctavusServer server;
    private OctavusHttpTransport transport;

    @BeforeEach
    void start() {
        server = EmbeddedOctavusServer.start().block(LIMIT);
        transport = OctavusTransport.http(server.httpUrl())
                .sessionId("s-1")
                .http(http -> http.maxConnections(1))
                .timer(time)
                .net(net -> net.customizer(client ->
                        client.doOnChannelInit((observer, channel, address) -> connections.incrementAndGet())))
                .build();
    }

    @AfterEach
    void close() {
        transport.close().block(LIMIT);
        server.close().block(LIMIT);
    }

    private Flux<StreamEvent> turn(String message) {
        return transport.trigger("user-message", Map.of("USER_MESSAGE", message));
    }

    /** The pool has one connection, so that each turn waits until the one before has given it back, or broken it. */
    @Test
    void aConnectionCarriesOneTurnAfterTheOther() {
        for (int i = 0; i < 5; i++) {
            assertThat(turn("Hello").blockLast(LIMIT)).isInstanceOf(StreamEvent.Finish.class);
            assertThatThrownBy(() -> turn("fail").blockLast(LIMIT)).isInstanceOf(AgentErrorException.class);
        }

        assertThat(connections).hasValue(1);
    }

    @Test
    void aStoppedTurnTakesItsConnectionWithIt() {
        turn("count").take(3).blockLast(LIMIT);

        assertThat(turn("Hello").blockLast(LIMIT)).isInstanceOf(StreamEvent.Finish.class);
        assertThat(connections).hasValue(2);
    }
}
