package io.agentruntime.testkit.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.SessionEnd;
import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.OutcomeUnknownException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.HttpOptions;
import io.agentruntime.http.HttpReply;
import io.agentruntime.http.ReactorHttpExchange;
import io.agentruntime.http.StreamHead;
import io.agentruntime.http.StreamingExchange;
import io.agentruntime.net.NetOptions;
import io.agentruntime.net.SecretUri;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import io.agentruntime.transport.WebSocketConnector;
import io.agentruntime.transport.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A little protocol on both faces. */
@ParameterizedClass
@ValueSource(booleans = {true, false})
class EmbeddedServerTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration LONG = Duration.ofMinutes(5);

    @Parameter
    boolean loopback;

    /** Says back what it hears, in the kind it heard it in, and streams what the test emits. */
    private static final class Echo implements ServerProtocol {
        private final Confined confined = new Confined();
        private final List<ServerRequest> requests = new CopyOnWriteArrayList<>();
        private final List<String> events = new CopyOnWriteArrayList<>();
        private final Sinks.Many<byte[]> stream = Sinks.many().replay().all();
        private final Sinks.Empty<Void> aborted = Sinks.empty();
        private @Nullable ServerSocket last;

        @Override
        public void arrived(ServerRequest request) {
            requests.add(request);
        }

        @Override
        public Mono<Handshake> handshake(ServerRequest request) {
            return switch (request.path()) {
                case "/ws" ->
                    Mono.just(
                            new Handshake.Accept(request.subprotocols().contains("echo") ? "echo" : "", this::opened));
                case "/refused" -> Mono.just(Handshake.Refuse.of(403));
                case "/stalled" -> Mono.never();
                default -> Mono.empty();
            };
        }

        private SocketHandler opened(ServerSocket socket) {
            last = socket;
            socket.text("hello");
            return new SocketHandler() {
                @Override
                public void received(byte[] payload, boolean binary) {
                    if (binary) {
                        socket.binary(payload);
                    } else if (new String(payload, UTF_8).equals("fail")) {
                        throw new IllegalStateException("as told");
                    } else {
                        socket.text(payload);
                    }
                }

                @Override
                public void pinged() {
                    events.add("pinged");
                }

                @Override
                public void ponged() {
                    events.add("ponged");
                }

                @Override
                public void closing(int code, String reason) {
                    events.add("closing " + code + " " + reason);
                }

                @Override
                public void closed() {
                    events.add("closed");
                }
            };
        }

        @Override
        public Mono<HttpOutcome> http(ServerRequest request) {
            return switch (request.path()) {
                case "/whole" ->
                    Mono.just(new HttpOutcome.Whole(new HttpReply(200, Map.of("x-a", "1"), request.body())));
                case "/none" -> Mono.just(new HttpOutcome.Whole(new HttpReply(204, Map.of(), new byte[0])));
                case "/stream" ->
                    Mono.just(new HttpOutcome.Streamed(
                            200,
                            Map.of("content-type", "text/event-stream"),
                            stream.asFlux().doOnCancel(aborted::tryEmitEmpty)));
                case "/never" -> Mono.<HttpOutcome>never().doOnCancel(aborted::tryEmitEmpty);
                case "/fails" -> Mono.error(new IllegalStateException("as told"));
                default -> Mono.empty();
            };
        }

        @Override
        public void stopped() {
            events.add("stopped");
        }

        void emit(String chunk) {
            stream.tryEmitNext(chunk.getBytes(UTF_8)).orThrow();
        }
    }

    private final Echo protocol = new Echo();
    private final Heard heard = new Heard();
    private int opened;
    private EmbeddedServer server;
    private WireFaults faults;
    private HttpExchange http;
    private StreamingExchange streams;
    private PipeConnector pipes;

    /** The server's in memory. Over loopback the client's only, so that no limit runs out before the test lets it. */
    private VirtualTimeScheduler time;

    private @Nullable ReactorHttpExchange reactor;

    @BeforeEach
    void start() {
        ServerSettings settings = ServerSettings.defaults().withMaxFrameBytes(50_000);
        time = VirtualTimeScheduler.create();
        if (loopback) {
            server = EmbeddedServer.onLoopback(protocol, protocol.confined, settings);
            server.start().block(LIMIT);
            reactor = ReactorHttpExchange.create(NetOptions.defaults(), HttpOptions.defaults(), time);
            http = reactor;
            streams = reactor;
            pipes = WebSocketConnector.of(NetOptions.defaults(), WebSocketOptions.defaults(), time);
        } else {
            server = EmbeddedServer.inMemory(protocol, protocol.confined, settings, time);
            http = server.exchange();
            streams = server.streaming();
            pipes = server.pipes(WebSocketOptions.defaults());
        }
        faults = new WireFaults(server);
    }

    @AfterEach
    void stop() {
        faults.reset();
        server.stop(null).block(LIMIT);
        if (reactor != null) {
            reactor.close().block(LIMIT);
        }
        time.dispose();
    }

    private static final class Heard implements PipeListener {
        private final Sinks.Many<String> messages = Sinks.many().replay().all();

        @Override
        public void onText(ByteBuf payload) {
            messages.tryEmitNext("text " + payload.toString(UTF_8));
        }

        @Override
        public void onBinary(ByteBuf payload) {
            messages.tryEmitNext("binary " + payload.toString(UTF_8));
        }

        @Override
        public void onPong() {
            messages.tryEmitNext("sign of life");
        }
    }

    private Mono<Pipe> connect(String path, String... subprotocols) {
        SecretUri target = SecretUri.of(server.url().replace("http", "ws") + path);
        return pipes.connect(new PipeRequest(target, Map.of("Cookie", "a=1; b=2"), List.of(subprotocols)), heard);
    }

    /** With its hello. */
    private Pipe open() {
        Pipe pipe = await(connect("/ws"));
        heard.messages.asFlux().filter("text hello"::equals).skip(opened++).blockFirst(LIMIT);
        return pipe;
    }

    private HttpCall call(String method, String pathAndQuery, String body, Duration limit) {
        return new HttpCall(
                method,
                URI.create(server.url() + pathAndQuery),
                Map.of("X-Test", "yes"),
                body.isEmpty() ? null : body.getBytes(UTF_8),
                limit,
                1 << 20);
    }

    private HttpCall get(String path) {
        return call("GET", path, "", LIMIT);
    }

    private <T> T await(Mono<T> mono) {
        Mono<T> running = mono.cache();
        running.subscribe(value -> {}, error -> {});
        if (!loopback) {
            time.advanceTimeBy(LIMIT);
        }
        return running.block(LIMIT);
    }

    private Throwable failure(Mono<?> mono) {
        return await(error(mono));
    }

    private static Mono<Throwable> error(Mono<?> mono) {
        return mono.then(Mono.<Throwable>empty()).onErrorResume(Mono::just);
    }

    /** What something fails with whose limit runs out while the server has its request, and does not answer. */
    private Throwable lateFailure(Mono<?> mono, Duration limit) {
        int before = protocol.requests.size();
        Mono<Throwable> failure = error(mono).cache();
        failure.subscribe();
        until(() -> protocol.requests.size() > before);
        time.advanceTimeBy(limit);
        return failure.block(LIMIT);
    }

    private void eventually(String event) {
        until(() -> protocol.events.contains(event));
    }

    private void until(BooleanSupplier condition) {
        let();
        Flux.interval(Duration.ZERO, Duration.ofMillis(5))
                .filter(tick -> condition.getAsBoolean())
                .blockFirst(LIMIT);
    }

    private List<String> messages(int count) {
        let();
        return heard.messages.asFlux().take(count).collectList().block(LIMIT);
    }

    private CloseStatus end(Pipe pipe) {
        return await(pipe.ended().map(SessionEnd::status));
    }

    // Sockets

    @Test
    void textAndBinaryBothWays() {
        Pipe pipe = open();
        pipe.send(OutboundMessage.text("a")).subscribe();
        pipe.send(OutboundMessage.binary(allocator -> allocator.buffer().writeBytes("b".getBytes(UTF_8))))
                .subscribe();
        assertThat(messages(3)).containsExactly("text hello", "text a", "binary b");
    }

    @Test
    void theHandshakeShowsHeadersQueryCookiesAndSubprotocols() {
        Pipe pipe = await(connect("/ws?a=%C3%A4&b", "other", "echo"));
        assertThat(pipe.subprotocol()).isEqualTo("echo");
        assertThat(protocol.requests).singleElement().satisfies(request -> {
            assertThat(request.isHandshake()).isTrue();
            assertThat(request.query()).containsExactly(Map.entry("a", "ä"), Map.entry("b", ""));
            assertThat(request.cookies()).containsExactly(Map.entry("a", "1"), Map.entry("b", "2"));
            assertThat(request.subprotocols()).containsExactly("other", "echo");
            assertThat(request).hasToString("GET /ws");
        });
    }

    @Test
    void handshakesAreRefusedDroppedOrStalled() {
        assertThat(failure(connect("/refused")))
                .isInstanceOf(HandshakeException.class)
                .hasMessageContaining("403");
        assertThat(failure(connect("/other"))).isInstanceOf(ConnectFailedException.class);
        assertThat(lateFailure(connect("/stalled"), WebSocketOptions.defaults().handshakeTimeout()))
                .isInstanceOf(TimeLimitException.class);
        assertThat(server.sockets()).isZero();
    }

    @Test
    void pingsBothWays() {
        Pipe pipe = open();
        pipe.ping();
        eventually("pinged");
        protocol.last.ping();
        eventually("ponged");
        assertThat(protocol.events).containsExactly("pinged", "ponged");
    }

    @Test
    void closesFromEitherSide() {
        Pipe pipe = open();
        protocol.last.close(4001, "so");
        assertThat(end(pipe)).isEqualTo(new CloseStatus(4001, "so"));
        eventually("closed");
        Pipe second = open();
        second.close(1000, "bye", Duration.ofSeconds(1)).subscribe();
        eventually("closing 1000 bye");
        end(second);
        until(() -> server.sockets() == 0);
    }

    @Test
    void whatASocketSaysAfterItsCloseIsNotHeard() {
        Pipe pipe = open();
        protocol.confined.run(() -> {
            protocol.last.text("last");
            protocol.last.close(1000, "");
            protocol.last.text("never");
        });
        end(pipe);
        assertThat(messages(2)).containsExactly("text hello", "text last");
        heard.messages.tryEmitComplete();
        assertThat(heard.messages.asFlux().count().block(LIMIT)).isEqualTo(2);
    }

    @Test
    void aSocketWhoseHandlerFailsBreaks() {
        Pipe pipe = open();
        pipe.send(OutboundMessage.text("fail")).subscribe();
        assertThat(end(pipe).code()).isEqualTo(CloseStatus.ABNORMAL);
    }

    @Test
    void tooLargeAMessageIsClosedWith1009() {
        Pipe pipe = open();
        pipe.send(OutboundMessage.text("x".repeat(50_001))).subscribe();
        assertThat(end(pipe).code()).isEqualTo(CloseStatus.MESSAGE_TOO_BIG);
    }

    @Test
    void cutInTheMiddleOfAFrame() {
        Pipe pipe = open();
        faults.cutMidFrame();
        assertThat(end(pipe).code()).isEqualTo(CloseStatus.ABNORMAL);
        assertThat(messages(1)).containsExactly("text hello");
    }

    @Test
    void stoppingSaysGoodbyeOrCuts() {
        Pipe first = open();
        server.stop(new CloseStatus(1012, "restart")).as(this::await);
        assertThat(end(first)).isEqualTo(new CloseStatus(1012, "restart"));
        assertThat(failure(connect("/ws"))).isInstanceOf(ConnectFailedException.class);
        String url = server.url();
        server.start().as(this::await);
        assertThat(server.url()).isEqualTo(url);
        Pipe second = open();
        server.restart(null, Duration.ofMillis(10)).as(this::await);
        assertThat(end(second).code()).isEqualTo(CloseStatus.ABNORMAL);
        assertThat(protocol.events).contains("stopped");
        open();
    }

    // HTTP

    @Test
    void wholeAnswers() {
        HttpReply reply = await(http.exchange(call("POST", "/whole?q=1", "body", LIMIT)));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("X-A")).contains("1");
        assertThat(reply.body()).asString(UTF_8).isEqualTo("body");
        assertThat(protocol.requests.get(0).header("X-TEST")).isEqualTo("yes");
        assertThat(await(http.exchange(get("/none"))).status()).isEqualTo(204);
        assertThat(await(http.exchange(get("/fails"))).status()).isEqualTo(500);
        assertThat(failure(http.exchange(get("/nothing")))).isInstanceOf(ConnectionLostException.class);
    }

    @Test
    void faultsOfHttp() {
        faults.rateLimit("GET /whole", 1, Duration.ofSeconds(7));
        assertThat(await(http.exchange(get("/whole"))).header("retry-after")).contains("7");
        faults.failHttp("/whole", 503, 1);
        assertThat(await(http.exchange(get("/whole"))).status()).isEqualTo(503);
        faults.malformedHttp("/whole", 1, "{");
        assertThat(await(http.exchange(get("/whole"))).body()).asString(UTF_8).isEqualTo("{");
        faults.hangUpHttp("/whole", 1);
        assertThat(failure(http.exchange(call("POST", "/whole", "x", LIMIT))))
                .isInstanceOf(OutcomeUnknownException.class);
        faults.tearAnswers("/whole", 1);
        assertThat(failure(http.exchange(call("POST", "/whole", "xxxx", LIMIT))))
                .isInstanceOf(OutcomeUnknownException.class);
        faults.loseAnswers("/whole", 1);
        assertThat(failure(http.exchange(get("/whole")))).isInstanceOf(ConnectionLostException.class);
        faults.stallHttp("/whole", true);
        assertThat(lateFailure(http.exchange(call("GET", "/whole", "", Duration.ofMillis(50))), Duration.ofMillis(50)))
                .isInstanceOf(TimeLimitException.class);
        faults.stallHttp("/whole", false);
        faults.delayHttp("/whole", Duration.ofMillis(20));
        assertThat(await(http.exchange(get("/whole"))).status()).isEqualTo(200);
    }

    // Streamed answers

    private Flux<String> texts(HttpCall call, Duration maxSilence) {
        return streams.stream(
                call,
                maxSilence,
                (head, body) -> Flux.just("head " + head.status() + " "
                                + head.header("content-type").orElse(""))
                        .concatWith(body.map(chunk -> new String(chunk, UTF_8))));
    }

    private void let() {
        if (!loopback) {
            time.advanceTime();
        }
    }

    @Test
    void aStreamComesHeadFirstChunkByChunkAndEnds() {
        StepVerifier.create(texts(get("/stream"), LONG))
                .then(this::let)
                .expectNext("head 200 text/event-stream")
                .then(() -> protocol.emit("one"))
                .then(this::let)
                .expectNext("one")
                .then(() -> protocol.emit("two"))
                .then(this::let)
                .expectNext("two")
                .then(() -> protocol.stream.tryEmitComplete())
                .then(this::let)
                .verifyComplete();
    }

    @Test
    void cancellingAStreamAbortsTheRequest() {
        Disposable running = texts(get("/stream"), LONG)
                .doOnNext(text -> heard.messages.tryEmitNext(text))
                .subscribe();
        assertThat(messages(1)).containsExactly("head 200 text/event-stream");
        running.dispose();
        let();
        protocol.aborted.asMono().block(LIMIT);
    }

    @Test
    void aReaderThatHasEnoughAbortsTheRequest() {
        Flux<Integer> status = streams.stream(get("/stream"), LONG, (head, body) -> Mono.just(head.status()));
        StepVerifier.create(status)
                .then(this::let)
                .expectNext(200)
                .expectComplete()
                .verify(LIMIT);
        if (loopback) {
            protocol.aborted.asMono().block(LIMIT);
        }
    }

    @Test
    void aStreamThatBreaksOffFails() {
        StepVerifier.create(texts(get("/stream"), LONG))
                .then(this::let)
                .expectNextCount(1)
                .then(() -> protocol.emit("one"))
                .then(() -> protocol.stream.tryEmitError(new IllegalStateException("broken off")))
                .then(this::let)
                .expectNext("one")
                .expectError(ConnectionLostException.class)
                .verify(LIMIT);
    }

    @Test
    void aStoppingServerBreaksItsStreams() {
        StepVerifier.create(texts(get("/stream"), LONG))
                .then(this::let)
                .expectNextCount(1)
                .then(() -> server.stop(null).as(this::await))
                .expectError(ConnectionLostException.class)
                .verify(LIMIT);
        protocol.aborted.asMono().block(LIMIT);
    }

    @Test
    void aTornStreamBreaksAfterItsFirstChunk() {
        faults.tearAnswers("/stream", 1);
        protocol.emit("one");
        protocol.emit("two");
        StepVerifier.create(texts(get("/stream"), LONG))
                .then(this::let)
                .expectNextCount(1)
                .expectNext("one")
                .expectError(ConnectionLostException.class)
                .verify(LIMIT);
    }

    @Test
    void aSilentStreamFailsAtItsLimit() {
        AtomicBoolean ended = new AtomicBoolean();
        StepVerifier.create(texts(get("/stream"), Duration.ofSeconds(1)).doOnTerminate(() -> ended.set(true)))
                .then(this::let)
                .expectNextCount(1)
                .then(() -> protocol.emit("one"))
                .then(this::let)
                .expectNext("one")
                .then(() -> until(() -> {
                    time.advanceTimeBy(Duration.ofSeconds(1));
                    return ended.get();
                }))
                .expectError(TimeLimitException.class)
                .verify(LIMIT);
        protocol.aborted.asMono().block(LIMIT);
    }

    @Test
    void aReaderThatAsksForNothingIsNotSilence() {
        List<String> read = new ArrayList<>();
        BaseSubscriber<String> slow = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
                request(2);
            }

            @Override
            protected void hookOnNext(String text) {
                read.add(text);
                heard.messages.tryEmitNext(text);
            }
        };
        protocol.emit("one");
        texts(get("/stream"), Duration.ofSeconds(1)).subscribe(slow);
        assertThat(messages(2)).endsWith("one");
        time.advanceTimeBy(Duration.ofMillis(1500));
        protocol.emit("two");
        slow.request(1);
        assertThat(messages(3)).endsWith("two");
        assertThat(slow.isDisposed()).isFalse();
        slow.cancel();
        assertThat(read).hasSize(3);
    }

    @Test
    void theHeadHasALimitOfItsOwn() {
        Duration limit = Duration.ofSeconds(1);
        Flux<String> get = texts(call("GET", "/never", "", limit), LONG);
        assertThat(lateFailure(get.then(), limit)).isInstanceOf(TimeLimitException.class);
        protocol.aborted.asMono().block(LIMIT);
        Flux<String> post = texts(call("POST", "/never", "{}", limit), LONG);
        assertThat(lateFailure(post.then(), limit)).isInstanceOf(OutcomeUnknownException.class);
        // The limit does not touch what comes after the head.
        Flux<String> late = texts(call("GET", "/stream", "", limit), LONG);
        StepVerifier.create(late)
                .then(this::let)
                .expectNextCount(1)
                .then(() -> time.advanceTimeBy(limit.multipliedBy(2)))
                .then(() -> protocol.emit("one"))
                .then(this::let)
                .expectNext("one")
                .thenCancel()
                .verify(LIMIT);
    }

    @Test
    void whatAReaderFailsWithIsPassedOn() {
        Flux<String> failing = streams.stream(
                call("POST", "/stream", "{}", LIMIT),
                LONG,
                (StreamHead head, Flux<byte[]> body) -> Mono.error(new IllegalArgumentException("mine")));
        assertThat(failure(failing.then()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mine");
    }

    @Test
    void nobodyListening() {
        server.stop(null).as(this::await);
        assertThat(failure(texts(get("/stream"), LONG).then())).isInstanceOf(ConnectFailedException.class);
        assertThat(failure(http.exchange(get("/whole")))).isInstanceOf(ConnectFailedException.class);
    }

    @Test
    void refusalsSayWhatTheyAreGiven() {
        assertThat(Handshake.Refuse.bare(401, "No").bytes()).asString(US_ASCII).isEqualTo("HTTP/1.1 401 No\r\n\r\n");
        assertThat(new Handshake.Refuse(403, "Forbidden", Map.of("content-length", "1"), "x").bytes())
                .asString(US_ASCII)
                .isEqualTo("HTTP/1.1 403 Forbidden\r\ncontent-length: 1\r\n\r\nx");
    }
}
