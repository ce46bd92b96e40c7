package io.agentruntime.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.net.NetOptions;
import io.agentruntime.net.SecretUri;
import io.agentruntime.support.Secrets;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The opening of a WebSocket, against servers that do not behave. Secrets are everywhere, and must show nowhere. */
class WebSocketOpeningTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final WebSocketConnector connector =
            WebSocketConnector.of(NetOptions.defaults(), WebSocketOptions.defaults(), time);
    private final RecordingListener listener = new RecordingListener();
    private RawServer server;

    private Mono<Pipe> connect(BiConsumer<RawServer.Peer, String> script) {
        server = new RawServer(script);
        return connector.connect(request(server.port()), listener);
    }

    private static PipeRequest request(int port) {
        return new PipeRequest(
                SecretUri.of("ws://127.0.0.1:" + port + "/ws/runtime?ticket=S3CR3T%2Fq"),
                Map.of("Authorization", "Bearer S3CR3T-header", "X-Plugin", "S3CR3T"),
                List.of("v2", "token.S3CR3T"));
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
        time.dispose();
    }

    private static void expectFailure(Mono<Pipe> connect, Class<? extends Throwable> type) {
        StepVerifier.create(connect)
                .expectErrorSatisfies(e -> {
                    assertThat(e).isInstanceOf(type);
                    Secrets.assertNoneIn(e);
                })
                .verify(PATIENCE);
    }

    private void expectRefusal(Mono<Pipe> connect, int status, Duration retryAfter) {
        StepVerifier.create(connect)
                .expectErrorSatisfies(e -> {
                    Secrets.assertNoneIn(e);
                    assertThat(e).isInstanceOfSatisfying(HandshakeException.class, refused -> {
                        assertThat(refused.status()).isEqualTo(status);
                        assertThat(refused.retryAfter().orElse(null)).isEqualTo(retryAfter);
                    });
                })
                .verify(PATIENCE);
        expectConnectionGone();
    }

    private void expectConnectionGone() {
        StepVerifier.create(server.peers()
                        .next()
                        .flatMapMany(RawServer.Peer::inbound)
                        .then())
                .expectComplete()
                .verify(PATIENCE);
    }

    /** Sessions last for days, and what led to one (requests, answers, operators) would weigh more than the session. */
    @Test
    void anOpenPipeKeepsNothingOfWhatLedToIt() {
        Opened opened = openedBehindSomething();

        long end = System.nanoTime() + PATIENCE.toNanos();
        while (opened.ledToIt().get() != null && System.nanoTime() < end) {
            System.gc();
        }
        assertThat(opened.ledToIt().get()).isNull();
        assertThat(opened.pipe().queuedBytes()).isZero(); // it is still in use
    }

    private record Opened(Pipe pipe, WeakReference<Object> ledToIt) {}

    private Opened openedBehindSomething() {
        Object something = new Object();
        Pipe pipe = connect((peer, request) ->
                        peer.write(RawServer.switching(request, "Sec-WebSocket-Protocol: token.S3CR3T")))
                .doOnNext(opened -> assertThat(something).isNotNull())
                .block(PATIENCE);
        return new Opened(pipe, new WeakReference<>(something));
    }

    @Test
    void theWholeRequestReachesTheWire() {
        Sinks.One<String> head = Sinks.one();
        Pipe pipe = connect((peer, request) -> {
                    head.tryEmitValue(request);
                    peer.write(RawServer.switching(request, "Sec-WebSocket-Protocol: token.S3CR3T"));
                })
                .block(PATIENCE);

        assertThat(head.asMono().block(PATIENCE))
                .startsWith("GET /ws/runtime?ticket=S3CR3T%2Fq HTTP/1.1\r\n")
                .containsIgnoringCase("authorization: Bearer S3CR3T-header\r\n")
                .containsIgnoringCase("x-plugin: S3CR3T\r\n")
                .containsIgnoringCase("sec-websocket-protocol: v2, token.S3CR3T\r\n")
                .containsIgnoringCase("host: 127.0.0.1:" + server.port() + "\r\n");
        assertThat(pipe.subprotocol()).isEqualTo("token.S3CR3T");
        Secrets.assertNoneIn(pipe.toString() + request(1) + NetOptions.defaults());
        pipe.abort(new IllegalStateException("over"));
        expectConnectionGone();
    }

    @Test
    void aServerMayChooseNoSubprotocol() {
        Pipe pipe = connect((peer, request) -> peer.write(RawServer.switching(request)))
                .block(PATIENCE);

        assertThat(pipe.subprotocol()).isEmpty();
        pipe.abort(new IllegalStateException("over"));
    }

    @Test
    void aSubprotocolThatWasNotOfferedFailsTheAttempt() {
        expectFailure(
                connect((peer, request) -> peer.write(RawServer.switching(request, "Sec-WebSocket-Protocol: other"))),
                ConnectFailedException.class);
        expectConnectionGone();
    }

    @Test
    void aBareStatusLineIsARefusalWithItsStatus() {
        expectRefusal(
                connect((peer, request) -> {
                    peer.write("HTTP/1.1 401 Unauthorized\r\n\r\n");
                    peer.close();
                }),
                401,
                null);
    }

    @Test
    void aRefusalIsKnownBeforeItsBodyIsComplete() {
        expectRefusal(
                connect((peer, request) -> peer.write(
                        "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 99999\r\n\r\n" + "x".repeat(20_000))),
                503,
                Duration.ofSeconds(7));
    }

    @Test
    void aRedirectIsARefusal() {
        expectRefusal(
                connect((peer, request) -> peer.write("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n")),
                302,
                null);
    }

    @Test
    void anInterimAnswerIsNotTheAnswer() {
        Pipe pipe = connect((peer, request) ->
                        peer.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + RawServer.switching(request)))
                .block(PATIENCE);

        pipe.abort(new IllegalStateException("over"));
    }

    @Test
    void aServerThatClosesWithoutAByteFailsTheAttempt() {
        expectFailure(connect((peer, request) -> peer.close()), ConnectFailedException.class);
    }

    @Test
    void garbageFailsTheAttempt() {
        expectFailure(connect((peer, request) -> peer.write("SSH-2.0-OpenSSH\r\n\r\n")), ConnectFailedException.class);
        expectConnectionGone();
    }

    @Test
    void aWrongChallengeFailsTheAttempt() {
        expectFailure(
                connect((peer, request) ->
                        peer.write(RawServer.switching(request).replaceFirst("Accept: .{8}", "Accept: AAAAAAAA"))),
                ConnectFailedException.class);
        expectConnectionGone();
    }

    @Test
    void aHungUpgradeIsGivenUpAtItsLimit() {
        Sinks.Empty<Void> asked = Sinks.empty();
        Mono<Pipe> connect = connect((peer, request) -> asked.tryEmitEmpty());
        Sinks.One<Throwable> failure = Sinks.one();
        connect.subscribe(pipe -> {}, failure::tryEmitValue);
        asked.asMono().block(PATIENCE);

        time.advanceTimeBy(Duration.ofSeconds(10));

        assertThat(failure.asMono().block(PATIENCE)).isInstanceOf(TimeLimitException.class);
        expectConnectionGone();
    }

    @Test
    void aCancelledAttemptLeavesNothingOpen() {
        Sinks.Empty<Void> asked = Sinks.empty();
        Mono<Pipe> connect = connect((peer, request) -> asked.tryEmitEmpty());
        var attempt = connect.subscribe();
        asked.asMono().block(PATIENCE);

        attempt.dispose();

        expectConnectionGone();
    }

    @Test
    void attemptsCancelledAtAnyMomentLeaveNothingOpen() {
        List<RawServer.Peer> upgraded = new CopyOnWriteArrayList<>();
        Mono<Pipe> connect = connect((peer, request) -> {
            upgraded.add(peer);
            peer.write(RawServer.switching(request));
        });

        for (int i = 0; i < 50; i++) {
            Mono<Pipe> attempt = connect;
            // Delays in real time are the point here: each cancels somewhere else. What came through is cut.
            attempt.doOnNext(pipe -> pipe.abort(new IllegalStateException("came through")))
                    .timeout(Duration.ofNanos(100_000L * i), Mono.empty())
                    .block(PATIENCE);
        }

        connect.block(PATIENCE).abort(new IllegalStateException("over"));
        // Connections are accepted in order, so with the last one all are there.
        RawServer.Peer last = upgraded.get(upgraded.size() - 1);
        List<RawServer.Peer> peers =
                server.peers().takeUntil(last::equals).collectList().block(PATIENCE);
        for (RawServer.Peer peer : Objects.requireNonNull(peers)) {
            StepVerifier.create(peer.inbound().then()).expectComplete().verify(PATIENCE);
        }
    }

    @Test
    void aRefusedConnectionFailsTheAttempt() {
        expectFailure(connector.connect(request(1), listener), ConnectFailedException.class);
    }

    @Test
    void theNameIsAskedForAtEachAttempt() {
        AtomicInteger asked = new AtomicInteger();
        NetOptions net = NetOptions.builder()
                .customizer(http -> http.resolver(new NoSuchHost(asked)))
                .build();
        Mono<Pipe> connect = WebSocketConnector.of(net, WebSocketOptions.defaults(), time)
                .connect(PipeRequest.to(SecretUri.of("ws://gateway.invalid/ws?ticket=S3CR3T")), listener);

        expectFailure(connect, ConnectFailedException.class);
        expectFailure(connect, ConnectFailedException.class);

        assertThat(asked).hasValue(2);
    }

    @Test
    void aHeaderThatCannotBeSentIsNamedWithoutItsValue() {
        PipeRequest request = new PipeRequest(
                SecretUri.of("ws://127.0.0.1:1/ws"), Map.of("Authorization", "Bearer S3CR3T\r\nX: y"), List.of());

        StepVerifier.create(connector.connect(request, listener))
                .expectErrorSatisfies(e -> {
                    assertThat(e).hasMessageContaining("Authorization");
                    Secrets.assertNoneIn(e);
                })
                .verify(PATIENCE);
    }

    private static final class NoSuchHost extends AddressResolverGroup<InetSocketAddress> {

        private final AtomicInteger asked;

        NoSuchHost(AtomicInteger asked) {
            this.asked = asked;
        }

        @Override
        protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
            return new InetNameResolver(executor) {
                @Override
                protected void doResolve(String name, Promise<InetAddress> promise) {
                    asked.incrementAndGet();
                    promise.setFailure(new UnknownHostException(name));
                }

                @Override
                protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
                    asked.incrementAndGet();
                    promise.setFailure(new UnknownHostException(name));
                }
            }.asAddressResolver();
        }
    }
}
