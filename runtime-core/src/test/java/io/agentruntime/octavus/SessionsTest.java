package io.agentruntime.octavus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.octavus.StreamEvent.Aborted;
import io.agentruntime.octavus.TransportState.Status;
import io.agentruntime.testkit.octavus.EmbeddedOctavusServer;
import io.agentruntime.testkit.octavus.ReceivedMessage;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** How sockets come and go, and what sessions they belong to, in memory and virtual time. */
class SessionsTest extends MemoryScenario {

    @BeforeEach
    void agent() {
        server.agent(talker());
    }

    private List<String> sent() {
        return server.messages().stream().map(ReceivedMessage::type).toList();
    }

    private static List<String> names(Seen<TransportState> states) {
        return states.values.stream().map(TransportState::name).toList();
    }

    @Test
    void connectsNowWhenItIsTold() {
        OctavusSocketTransport transport = transport();
        Seen<TransportState> states = watch(transport.connectionState());
        pass();
        assertThat(names(states)).containsExactly("disconnected");
        Seen<Void> connected = watch(transport.connect());
        pass();

        assertThat(connected.completed).isTrue();
        assertThat(names(states)).containsExactly("disconnected", "connecting", "connected");
        assertThat(server.connections()).isEqualTo(1);
        assertThat(server.messages()).isEmpty();
    }

    @Test
    void parallelCallersShareOneAttempt() {
        OctavusSocketTransport transport = transport();
        Seen<Void> one = watch(transport.connect());
        Seen<Void> other = watch(transport.connect());
        watch(transport.trigger("a"));
        pass(Duration.ofSeconds(2));

        assertThat(one.completed && other.completed).isTrue();
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void aFailedFirstAttemptIsAnErrorStateWithItsCause() {
        server.faults().refuseUpgrades(503, 1);
        OctavusSocketTransport transport = transport();
        Seen<TransportState> states = watch(transport.connectionState());
        Seen<Void> connected = watch(transport.connect());
        pass();

        assertThat(connected.error).isNotNull();
        assertThat(names(states)).containsExactly("disconnected", "connecting", "error");
        assertThat(states.last().error()).get().isSameAs(connected.error);

        watch(transport.disconnect());
        pass();
        assertThat(transport.currentState()).isEqualTo(TransportState.DISCONNECTED);
    }

    @Test
    void aLossIsConnectingWithItsCauseUntilTheSocketIsBack() {
        OctavusSocketTransport transport = transport();
        watch(transport.connect());
        pass();
        Seen<TransportState> states = watch(transport.connectionState());
        server.faults().closeAll(1012, "restart");
        pass(Duration.ofSeconds(5));

        assertThat(names(states)).containsExactly("connected", "connecting", "connected");
        assertThat(states.values.get(1).error()).get().asString().contains("1012");
    }

    @Test
    void withoutReconnectingALossIsAnErrorAndTheNextTurnConnects() {
        OctavusSocketTransport transport = transport(options -> options.reconnect(retry -> retry.maxRetries(0)));
        watch(transport.trigger("a"));
        pass(Duration.ofSeconds(2));
        server.faults().dropAllSockets();
        pass(Duration.ofMinutes(1));
        assertThat(transport.currentState().status()).isEqualTo(Status.ERROR);
        assertThat(server.connections()).isZero();

        Seen<SessionReset> resets = watch(transport.sessionResets());
        Seen<StreamEvent> turn = watch(transport.trigger("b"));
        pass(Duration.ofSeconds(2));
        assertThat(turn.last()).isInstanceOf(StreamEvent.Finish.class);
        assertThat(resets.values).hasSize(1);
    }

    @Test
    void aTurnWaitsForTheSocketNoLongerThanItsPatience() {
        OctavusSocketTransport transport = transport(options -> options.sendPatience(Duration.ofSeconds(7)));
        watch(transport.connect());
        pass();
        server.stop(null).subscribe();
        pass(Duration.ofSeconds(1));
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofSeconds(8));

        assertThat(turn.error).isInstanceOf(TimeLimitException.class);
        assertThat(transport.currentState().status()).isEqualTo(Status.CONNECTING);
    }

    @Test
    void aConnectorThatNeverSettlesIsGivenUp() {
        OctavusSocketTransport transport = OctavusTransport.socket()
                .connector((request, listener) -> Mono.never())
                .timer(time)
                .build();
        Seen<Void> connected = watch(transport.connect());
        pass(Duration.ofSeconds(11));

        assertThat(connected.error).isInstanceOf(TimeLimitException.class);
    }

    @Test
    void aServersSessionLivesAndEndsWithItsSocket() {
        OctavusSocketTransport transport = transport();
        Seen<SessionReset> resets = watch(transport.sessionResets());
        watch(transport.trigger("a"));
        pass(Duration.ofSeconds(2));
        server.faults().closeAll(4000, "gone");
        pass(Duration.ofSeconds(5));

        assertThat(resets.values)
                .singleElement()
                .satisfies(reset -> assertThat(reset.cause()).hasMessageContaining("4000"));
        assertThat(sent()).containsExactly("trigger");
    }

    @Test
    void aSocketThatCarriedNoTurnLosesNoConversation() {
        OctavusSocketTransport transport = transport();
        Seen<SessionReset> resets = watch(transport.sessionResets());
        watch(transport.connect());
        pass();
        server.faults().dropAllSockets();
        pass(Duration.ofSeconds(5));

        assertThat(resets.values).isEmpty();
    }

    @Test
    void aSessionWithANameIsNamedFirstOnEachSocket() {
        OctavusSocketTransport transport = transport(options -> options.sessionId("s-1"));
        Seen<SessionReset> resets = watch(transport.sessionResets());
        watch(transport.trigger("a"));
        pass(Duration.ofSeconds(2));
        server.faults().dropAllSockets();
        pass(Duration.ofSeconds(5));
        watch(transport.trigger("b"));
        pass(Duration.ofSeconds(2));

        assertThat(sent()).containsExactly("init", "trigger", "init", "trigger");
        assertThat(server.messages("init").get(1).message().toString())
                .isEqualTo("{\"type\":\"init\",\"sessionId\":\"s-1\"}");
        assertThat(resets.values).isEmpty();
    }

    @Test
    void aServerThatWantsANameIsGivenIt() {
        EmbeddedOctavusServer strict =
                EmbeddedOctavusServer.builder().requireInit(true).inMemory(time);
        Seen<StreamEvent> nameless =
                watch(transport(options -> options.connector(strict.pipes())).trigger("a"));
        Seen<StreamEvent> named =
                watch(transport(options -> options.connector(strict.pipes()).sessionId("s-1"))
                        .trigger("a"));
        pass(Duration.ofSeconds(2));

        assertThat(nameless.error).isInstanceOf(AgentErrorException.class).hasMessageContaining("not initialized");
        assertThat(named.completed).isTrue();
    }

    @Test
    void theNameCanBeInTheAddress() {
        List<URI> asked = new ArrayList<>();
        OctavusSocketTransport transport = OctavusTransport.socket(server.socketUrl() + "?v=2")
                .connector((request, listener) -> {
                    asked.add(request.target().uri());
                    return server.pipes().connect(request, listener);
                })
                .timer(time)
                .sessionId("s 1&x")
                .sessionInUrl(true)
                .build();
        watch(transport.trigger("a"));
        pass();

        assertThat(asked.get(0).toString()).endsWith("?v=2&sessionId=s+1%26x");
        assertThat(sent()).containsExactly("trigger");
    }

    @Test
    void theNameIsAskedForBeforeEachConnect() {
        AtomicInteger asked = new AtomicInteger();
        OctavusSocketTransport transport = transport(options ->
                options.sessionId(Mono.delay(Duration.ofSeconds(1), time).map(tick -> "s-" + asked.incrementAndGet())));
        watch(transport.trigger("a"));
        pass(Duration.ofSeconds(4));
        server.faults().dropAllSockets();
        pass(Duration.ofSeconds(5));

        assertThat(server.messages("init"))
                .extracting(init -> init.message().path("sessionId").asString())
                .containsExactly("s-1", "s-2");
    }

    @Test
    void aNameThatDoesNotComeFailsTheTurn() {
        Seen<StreamEvent> empty =
                watch(transport(options -> options.sessionId(Mono.empty())).trigger("a"));
        Seen<StreamEvent> failed =
                watch(transport(options -> options.sessionId(Mono.error(new IllegalStateException("no id"))))
                        .trigger("a"));
        pass();

        assertThat(empty.error).isInstanceOf(InvalidOptionException.class);
        assertThat(failed.error).hasMessage("no id");
    }

    @Test
    void anotherSessionEndsTheTurnAndTakesANewSocket() {
        OctavusSocketTransport transport = transport(options -> options.sessionId("s-1"));
        Seen<StreamEvent> turn = watch(transport.trigger("a"));
        pass(Duration.ofMillis(350));
        Seen<Void> changed = watch(transport.useSession("s-2"));
        pass(Duration.ofSeconds(2));

        assertThat(turn.last()).isEqualTo(new Aborted(Aborted.Reason.SESSION_CHANGED));
        assertThat(changed.completed).isTrue();
        assertThat(server.connections()).isEqualTo(1);
        assertThat(server.messages("init"))
                .extracting(init -> init.message().path("sessionId").asString())
                .containsExactly("s-1", "s-2");
    }

    @Test
    void anotherSessionBeforeTheFirstSocketOpensNone() {
        OctavusSocketTransport transport = transport(options -> options.sessionId("s-1"));
        watch(transport.useSession("s-2"));
        pass();
        assertThat(server.connections()).isZero();

        watch(transport.trigger("a"));
        pass();
        assertThat(server.messages("init")).hasSize(1);
    }

    @Test
    void disconnectThenConnectIsOneSocketAndConnected() {
        OctavusSocketTransport transport = transport();
        watch(transport.connect());
        pass();
        watch(transport.disconnect());
        watch(transport.connect());
        pass(Duration.ofSeconds(10));

        assertThat(transport.currentState().status()).isEqualTo(Status.CONNECTED);
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void aMessageBesideTheTurnsCanBeAnyJson() {
        OctavusSocketTransport transport = transport();
        watch(transport.send(Map.of("type", "typing", "on", true)));
        pass();

        assertThat(server.messages("typing")).hasSize(1);
    }

    @Test
    void badOptionsFailInTheBuilderByTheirName() {
        assertThatThrownBy(() -> OctavusTransport.socket().build()).hasMessageContaining("'url'");
        assertThatThrownBy(() -> OctavusTransport.socket("ftp://x")).hasMessageContaining("'url'");
        assertThatThrownBy(() -> OctavusTransport.socket("ws://x").sessionId(" "))
                .hasMessageContaining("'sessionId'");
        assertThatThrownBy(() -> OctavusTransport.socket("ws://x").connectTimeout(Duration.ZERO))
                .hasMessageContaining("'connectTimeout'");
        assertThatThrownBy(() -> OctavusTransport.socket("ws://x")
                        .heartbeatInterval(Duration.ofSeconds(9))
                        .livenessTimeout(Duration.ofSeconds(9))
                        .build())
                .hasMessageContaining("'livenessTimeout'");
        assertThatThrownBy(() -> OctavusTransport.http("ws://x")).hasMessageContaining("'url'");
        assertThatThrownBy(() -> OctavusTransport.http("http://x").build()).hasMessageContaining("'sessionId'");
        assertThatThrownBy(() ->
                        OctavusChat.builder(transport()).interactiveTool("a").clientTool("a", call -> Mono.empty()))
                .hasMessageContaining("'clientTool'");
    }
}
