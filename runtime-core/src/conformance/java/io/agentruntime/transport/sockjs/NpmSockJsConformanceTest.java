package io.agentruntime.transport.sockjs;

import static io.agentruntime.transport.sockjs.SockJsLoopbackTest.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.SessionEnd;
import io.agentruntime.net.NetOptions;
import io.agentruntime.net.SecretUri;
import io.agentruntime.support.NodeProcess;
import io.agentruntime.support.RoughProxy;
import io.agentruntime.testkit.server.SockJsSettings;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeRequest;
import io.agentruntime.transport.WebSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

/** Our client against npm's {@code sockjs}, over a rough network, and npm's {@code sockjs-client} against our endpoint. */
class NpmSockJsConformanceTest {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int MESSAGES = 2_000;

    private final Received received = new Received();
    private final List<AutoCloseable> resources = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = resources.size() - 1; i >= 0; i--) {
            resources.get(i).close();
        }
    }

    private <T extends AutoCloseable> T closing(T resource) {
        resources.add(resource);
        return resource;
    }

    private NodeProcess server(String options) {
        return closing(new NodeProcess("sockjs-server.mjs", options));
    }

    private RoughProxy network(NodeProcess server) {
        return closing(new RoughProxy(Integer.parseInt(server.line()), 42));
    }

    private Pipe open(int port, SockJsTransport transport) {
        SockJsOptions options = SockJsOptions.builder()
                .transports(transport)
                .minOpenTimeout(LIMIT)
                .maxOpenTimeout(LIMIT)
                .sendTimeout(LIMIT)
                .build();
        Pipe pipe = SockJsConnector.of(NetOptions.defaults(), options, WebSocketOptions.defaults())
                .connect(PipeRequest.to(SecretUri.of("http://127.0.0.1:" + port + "/echo")), received)
                .block(LIMIT);
        closing(() -> {
            pipe.abort(new IllegalStateException("the test is over"));
            pipe.ended().block(LIMIT);
        });
        return pipe;
    }

    @ParameterizedTest
    @EnumSource
    void two_thousand_messages_go_there_and_back_and_the_server_closes(SockJsTransport transport) {
        NodeProcess server = server("{}");
        RoughProxy network = network(server).split(4_000).delay(Duration.ofNanos(200_000), Duration.ofMillis(1));
        Pipe pipe = open(network.port(), transport);
        List<String> there = RoughNetworkTest.messages(1);

        Flux.fromIterable(there)
                .concatMap(message -> pipe.send(OutboundMessage.text(message)))
                .blockLast(LIMIT);

        List<String> back = received.await(MESSAGES);
        for (int i = 0; i < MESSAGES; i++) {
            assertThat(back.get(i)).isEqualTo(i + "|" + there.get(i));
        }
        pipe.send(OutboundMessage.text("close|3001|Go away!")).block(LIMIT);
        SessionEnd end = pipe.ended().block(LIMIT);
        assertThat(end.status().code()).isEqualTo(3001);
        assertThat(end.status().reason()).isEqualTo("Go away!");
        assertThat(received.messages).hasSize(MESSAGES);
        assertThat(received.errors).isEmpty();
        assertThat(server.line()).isEqualTo("closed");
    }

    @ParameterizedTest
    @EnumSource
    void answers_are_reopened_at_their_limit_and_nothing_is_lost(SockJsTransport transport) {
        RoughProxy network = network(server("{\"response_limit\":20000}")).split(5_000);
        Pipe pipe = open(network.port(), transport);

        pipe.send(OutboundMessage.text("push|2000|500")).block(LIMIT);

        List<String> back = received.await(2_000);
        for (int i = 0; i < 2_000; i++) {
            assertThat(back.get(i)).isEqualTo(i + ":" + "x".repeat(500));
        }
        assertThat(received.errors).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "RAW_WEBSOCKET")
    void heartbeats_are_signs_of_life(SockJsTransport transport) {
        RoughProxy network = network(server("{\"heartbeat_delay\":100}"));
        Pipe pipe = open(network.port(), transport);

        eventually(() -> assertThat(received.pongs).hasValueGreaterThan(5));

        pipe.send(OutboundMessage.text("still there")).block(LIMIT);
        assertThat(received.await(1)).containsExactly("0|still there");
    }

    @ParameterizedTest
    @EnumSource
    void a_ping_is_answered_and_closing_ends_the_session_on_both_sides(SockJsTransport transport) {
        NodeProcess server = server("{}");
        Pipe pipe = open(network(server).port(), transport);

        int before = received.pongs.get();
        pipe.ping();
        eventually(() -> assertThat(received.pongs).hasValueGreaterThan(before));
        pipe.close(1000, "bye", LIMIT).block(LIMIT);

        assertThat(pipe.ended().block(LIMIT)).isEqualTo(SessionEnd.local(1000, "bye"));
        assertThat(server.line()).isEqualTo("closed");
    }

    @ParameterizedTest
    @EnumSource
    void when_the_network_cuts_the_session_dies_once_and_what_came_was_in_order(SockJsTransport transport) {
        NodeProcess server = server("{\"disconnect_delay\":1000}");
        RoughProxy network = network(server).split(500);
        List<String> there = RoughNetworkTest.messages(3);
        for (int round = 0; round < 3; round++) {
            received.messages.clear();
            Pipe pipe = open(network.port(), transport);
            List<SessionEnd> ends = new CopyOnWriteArrayList<>();
            pipe.ended().subscribe(ends::add);
            network.cutAfter(30_000 + 9_001L * round);

            Flux.fromIterable(there)
                    .concatMap(message -> pipe.send(OutboundMessage.text(message)))
                    .onErrorComplete()
                    .blockLast(LIMIT);
            SessionEnd end = pipe.ended().block(LIMIT);

            assertThat(end.initiator()).isEqualTo(SessionEnd.Initiator.NONE);
            assertThat(ends).containsExactly(end);
            for (int i = 0; i < received.messages.size(); i++) {
                assertThat(received.messages.get(i)).isEqualTo(i + "|" + there.get(i));
            }
            assertThat(server.line()).isEqualTo("closed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "xhr-streaming", "eventsource", "xhr-polling"})
    void npms_client_takes_our_endpoint_for_its_own_server(String transport) {
        EchoService service = EchoService.onLoopback(SockJsSettings.defaults().withResponseLimit(20_000));
        closing(service::close);
        service.onMessage = (socket, text) -> {
            if (text.equals("bye")) {
                socket.close(3001, "Go away!");
            } else {
                socket.text(text);
            }
        };

        NodeProcess client = closing(new NodeProcess("sockjs-client.mjs", service.url(), transport, "1500"));
        JsonNode result = client.result(request -> {});

        assertThat(result.path("transport").asString()).isEqualTo(transport);
        assertThat(result.path("received").asInt()).isEqualTo(1_500);
        assertThat(result.path("wrong").asInt()).isZero();
        assertThat(result.path("code").asInt()).isEqualTo(3001);
        assertThat(result.path("reason").asString()).isEqualTo("Go away!");
        assertThat(service.paths().stream().filter(path -> path.equals("xhr_streaming") || path.equals("eventsource")))
                .hasSizeGreaterThanOrEqualTo(transport.startsWith("xhr-s") || transport.startsWith("e") ? 2 : 0);
    }
}
