package io.agentruntime.transport.sockjs;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.SessionEnd;
import io.agentruntime.net.NetOptions;
import io.agentruntime.net.SecretUri;
import io.agentruntime.support.RoughProxy;
import io.agentruntime.support.Secrets;
import io.agentruntime.testkit.server.SockJsSettings;
import io.agentruntime.testkit.server.WireFaults;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeRequest;
import io.agentruntime.transport.WebSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** SockJS over real sockets: every transport against the embedded endpoint. */
class SockJsLoopbackTest {

    private static final Duration LIMIT = EchoService.LIMIT;

    private final EchoService service = EchoService.onLoopback(SockJsSettings.defaults());
    private final Received received = new Received();
    private final List<Pipe> pipes = new ArrayList<>();

    @AfterEach
    void closeAll() {
        for (Pipe pipe : pipes) {
            pipe.abort(new IllegalStateException("the test is over"));
            pipe.ended().block(LIMIT);
        }
        service.close();
    }

    /** With more time to open than the default's second, which is little on a machine that has other things to do. */
    private static SockJsConnector connector(UnaryOperator<SockJsOptions.Builder> options) {
        return SockJsConnector.of(
                NetOptions.defaults(),
                options.apply(SockJsOptions.builder().minOpenTimeout(Duration.ofSeconds(10)))
                        .build(),
                WebSocketOptions.defaults());
    }

    private static SockJsConnector connector(SockJsTransport transport) {
        return connector(options -> options.transports(transport));
    }

    private Pipe open(SockJsTransport transport) {
        Pipe pipe = connector(transport)
                .connect(PipeRequest.to(SecretUri.of(service.url())), received)
                .block(LIMIT);
        pipes.add(pipe);
        return pipe;
    }

    @ParameterizedTest
    @EnumSource
    void messagesGoBothWaysInOrder(SockJsTransport transport) {
        Pipe pipe = open(transport);
        List<String> messages = IntStream.range(0, 200).mapToObj(i -> "m" + i).toList();

        Flux.fromIterable(messages)
                .flatMap(message -> pipe.send(OutboundMessage.text(message)), 200)
                .blockLast(LIMIT);

        assertThat(received.await(200)).isEqualTo(messages);
        assertThat(service.received).isEqualTo(messages);
        assertThat(received.errors).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aPingIsAnswered(SockJsTransport transport) {
        open(transport).ping();

        received.awaitEvent("<pong>");
    }

    @ParameterizedTest
    @EnumSource
    void closingEndsTheSessionOnBothSides(SockJsTransport transport) {
        Pipe pipe = open(transport);

        pipe.close(1000, "bye", LIMIT).block(LIMIT);

        assertThat(pipe.ended().block(LIMIT)).isEqualTo(SessionEnd.local(1000, "bye"));
        eventually(() -> assertThat(service.ends).contains("closed"));
    }

    @ParameterizedTest
    @EnumSource
    void theServersCloseHasItsOwnCode(SockJsTransport transport) {
        Pipe pipe = open(transport);

        eventually(() -> assertThat(service.opened).isNotEmpty());
        service.socket().close(3001, "Go away!");

        assertThat(pipe.ended().block(LIMIT)).isEqualTo(SessionEnd.remote(3001, "Go away!"));
    }

    /** The guard over the logs of the test run sees to it that none is printed. */
    @ParameterizedTest
    @EnumSource
    void secretsGoOnTheWireAndNowhereElse(SockJsTransport transport) {
        EchoService secret = EchoService.onLoopback(SockJsSettings.defaults().withJsessionid(true));
        String token = Secrets.MARKER + "-token";
        PipeRequest request = new PipeRequest(
                SecretUri.of(secret.url() + "?ticket=" + token),
                Map.of("authorization", "Bearer " + token, "cookie", "JSESSIONID=" + token),
                List.of());
        Pipe pipe = connector(transport).connect(request, received).block(LIMIT);
        pipe.send(OutboundMessage.text("hello")).block(LIMIT);
        received.await(1);

        assertThat(secret.requests).isNotEmpty().allSatisfy(seen -> {
            assertThat(seen.rawQuery()).isEqualTo("ticket=" + token);
            assertThat(seen.header("authorization")).isEqualTo("Bearer " + token);
            assertThat(seen.cookies()).containsEntry("JSESSIONID", token);
        });
        secret.close();
        Secrets.assertNoneIn(pipe.ended().block(LIMIT).toError());
        assertThat(request.toString()).doesNotContain(token);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "RAW_WEBSOCKET")
    void anErrorOfOpeningShowsNoSecret(SockJsTransport transport) {
        String token = Secrets.MARKER + "-token";
        service.faults.refuseUpgrades(403, WireFaults.ALWAYS);
        service.faults.failHttp("POST /echo/**", 403, WireFaults.ALWAYS);
        service.faults.failHttp("GET /echo/*/*/eventsource", 403, WireFaults.ALWAYS);

        StepVerifier.create(connector(transport)
                        .connect(PipeRequest.to(SecretUri.of(service.url() + "?ticket=" + token)), received))
                .expectErrorSatisfies(error -> {
                    assertThat(FailureClassifier.statusOf(error)).isEqualTo(403);
                    Secrets.assertNoneIn(error);
                })
                .verify(LIMIT);
    }

    @ParameterizedTest
    @EnumSource
    void aClosedPipeLeavesNoConnectionBehind(SockJsTransport transport) {
        RoughProxy network = new RoughProxy(SecretUri.of(service.url()).uri().getPort(), 1);
        try {
            Pipe pipe = connector(transport)
                    .connect(PipeRequest.to(SecretUri.of("http://127.0.0.1:" + network.port() + "/echo")), received)
                    .block(LIMIT);
            pipe.send(OutboundMessage.text("hello")).block(LIMIT);
            received.await(1);
            assertThat(network.open()).isPositive();

            pipe.close(1000, "", LIMIT).block(LIMIT);

            eventually(() -> assertThat(network.open()).isZero());
        } finally {
            network.close();
        }
    }

    @Test
    void infoIsAskedFirstAndOnce() {
        SockJsConnector connector = connector(options -> options);
        for (int i = 0; i < 3; i++) {
            pipes.add(connector
                    .connect(PipeRequest.to(SecretUri.of(service.url() + "/")), received)
                    .block(LIMIT));
        }

        assertThat(service.paths()).containsExactly("info", "websocket", "websocket", "websocket");
    }

    static void eventually(Runnable assertion) {
        Flux.interval(Duration.ZERO, Duration.ofMillis(10))
                .filter(tick -> {
                    try {
                        assertion.run();
                        return true;
                    } catch (AssertionError e) {
                        return false;
                    }
                })
                .next()
                .timeout(LIMIT)
                .onErrorComplete()
                .block(LIMIT.plusSeconds(5));
        assertion.run();
    }
}
