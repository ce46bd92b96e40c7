package io.agentruntime.transport.sockjs;

import static io.agentruntime.transport.sockjs.SockJsLoopbackTest.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.SessionEnd;
import io.agentruntime.net.NetOptions;
import io.agentruntime.net.SecretUri;
import io.agentruntime.support.RoughProxy;
import io.agentruntime.testkit.server.ServerSocket;
import io.agentruntime.testkit.server.SockJsSettings;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeRequest;
import io.agentruntime.transport.WebSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Messages over a network that splits everything anywhere, delays it and, in the end, cuts it. */
class RoughNetworkTest {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int MESSAGES = 2_000;

    private final EchoService service = EchoService.onLoopback(SockJsSettings.defaults());
    private final RoughProxy network = new RoughProxy(port(service), 42);
    private final Received received = new Received();

    private static int port(EchoService service) {
        return SecretUri.of(service.url()).uri().getPort();
    }

    @AfterEach
    void closeAll() {
        service.close();
        network.close();
    }

    private Pipe open(SockJsTransport transport) {
        SockJsOptions options = SockJsOptions.builder()
                .transports(transport)
                .minOpenTimeout(LIMIT)
                .maxOpenTimeout(LIMIT)
                .sendTimeout(LIMIT)
                .build();
        return SockJsConnector.of(NetOptions.defaults(), options, WebSocketOptions.defaults())
                .connect(PipeRequest.to(SecretUri.of("http://127.0.0.1:" + network.port() + "/echo")), received)
                .block(LIMIT);
    }

    /** Numbered, with all kinds of characters, and long enough for several answers of 128 KiB. */
    static List<String> messages(long seed) {
        Random random = new Random(seed);
        List<String> messages = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            StringBuilder text = new StringBuilder(i + ":");
            for (int part = random.nextInt(8); part >= 0; part--) {
                text.append(FrameDecoderTest.text(random));
            }
            messages.add(text.toString());
        }
        return messages;
    }

    @ParameterizedTest
    @EnumSource
    void none_of_2000_messages_each_way_is_lost_doubled_or_out_of_order(SockJsTransport transport) {
        service.onMessage = (socket, text) -> {};
        network.split(3_000).delay(Duration.ofNanos(200_000), Duration.ofMillis(1));
        Pipe pipe = open(transport);
        // The client of a plain WebSocket knows of it before the server has taken it up.
        eventually(() -> assertThat(service.opened).hasSize(1));
        ServerSocket peer = service.socket();
        List<String> there = messages(1);
        List<String> back = messages(2);

        Mono<Void> sent = Flux.fromIterable(there)
                .concatMap(message -> pipe.send(OutboundMessage.text(message)))
                .then();
        Mono<Void> pushed = Flux.fromIterable(back)
                .zipWith(Flux.interval(Duration.ofNanos(500_000)).onBackpressureBuffer())
                .doOnNext(next -> peer.text(next.getT1()))
                .then();
        Mono.when(sent, pushed).block(LIMIT);

        assertThat(received.await(MESSAGES)).isEqualTo(back);
        eventually(() -> assertThat(service.received).hasSize(MESSAGES));
        assertThat(service.received).isEqualTo(there);
        assertThat(received.messages).hasSize(MESSAGES);
        assertThat(received.errors).isEmpty();
        if (transport == SockJsTransport.XHR_STREAMING || transport == SockJsTransport.EVENTSOURCE) {
            assertThat(service.paths().stream().filter(transport.path().substring(1)::equals))
                    .as("answers, each up to 128 KiB")
                    .hasSizeGreaterThan(3);
        }
        assertThat(service.opened).hasSize(1);
        pipe.close(1000, "", LIMIT).block(LIMIT);
    }

    static Stream<Arguments> cuts() {
        return Stream.of(SockJsTransport.values())
                .flatMap(transport ->
                        IntStream.range(0, 5).mapToObj(round -> Arguments.of(transport, 20_000 + 7_001L * round)));
    }

    /** Each on a server of its own: a request that comes late, for a session that is lost, opens another one there. */
    @ParameterizedTest(name = "{0}, cut after {1} bytes")
    @MethodSource("cuts")
    void when_the_network_cuts_the_session_dies_once_and_what_came_was_in_order(SockJsTransport transport, long bytes) {
        service.onMessage = (socket, text) -> {};
        network.split(300);
        List<String> there = messages(3);
        List<String> back = messages(4);
        Pipe pipe = open(transport);
        eventually(() -> assertThat(service.opened).hasSize(1));
        ServerSocket peer = service.socket();
        List<SessionEnd> ends = new CopyOnWriteArrayList<>();
        pipe.ended().subscribe(ends::add);
        network.cutAfter(bytes);

        List<Throwable> errors = new CopyOnWriteArrayList<>();
        Flux.range(0, MESSAGES)
                .doOnNext(i -> peer.text(back.get(i)))
                .concatMap(i -> pipe.send(OutboundMessage.text(there.get(i))))
                .doOnError(errors::add)
                .onErrorComplete()
                .blockLast(LIMIT);
        SessionEnd end = pipe.ended().block(LIMIT);

        assertThat(end.initiator()).isEqualTo(SessionEnd.Initiator.NONE);
        assertThat(ends).containsExactly(end);
        assertThat(errors)
                .allMatch(error -> error == end.toError()
                        || error.getClass() == end.toError().getClass());
        assertThat(received.messages).isEqualTo(back.subList(0, received.messages.size()));
        // The server has read on until it noticed; over HTTP that may take a while.
        service.endpoint.loseSessions();
        eventually(() -> assertThat(service.ends).contains("closed"));
        assertThat(service.received).isEqualTo(there.subList(0, service.received.size()));
        assertThat(received.errors).isEmpty();
    }
}
