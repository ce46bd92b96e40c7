package io.agentruntime.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.OutcomeUnknownException;
import io.agentruntime.error.ResponseTooLargeException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.json.BrokenFrames;
import io.agentruntime.net.NetOptions;
import io.agentruntime.support.Secrets;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Over loopback, with a server that misbehaves on purpose. */
class ReactorHttpExchangeTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(1);
    private static final String KEY = "nk_" + Secrets.MARKER;

    private final List<AutoCloseable> resources = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : resources) {
            resource.close();
        }
    }

    @Test
    void sendsRequestsAndReadsTheAnswers() {
        RawServer server = server((peer, request) ->
                peer.reply(201, "{\"ok\":true}", "X-A: 1", "x-a: 2", "Set-Cookie: a=1", "set-cookie: b=2"));
        ReactorHttpExchange exchange = exchange(o -> o);

        HttpReply reply = await(exchange.exchange(call(server, "POST", "/v1/x?q=" + KEY, "{}")));
        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.body()).asString(UTF_8).isEqualTo("{\"ok\":true}");
        assertThat(reply.header("X-A")).contains("1");
        assertThat(reply.header("Set-Cookie")).contains("a=1\nb=2");
        await(exchange.exchange(call(server, "POST", "/v1/x", null)));
        await(exchange.exchange(call(server, "GET", "/v1/x", null)));
        await(exchange.exchange(call(server, "DELETE", "/v1/x", null)));

        // An answer can arrive a moment before its connection is back in the pool.
        assertThat(server.accepted.get()).isLessThan(4);
        assertThat(server.requests.get(0))
                .startsWith("POST /v1/x?q=" + KEY + " HTTP/1.1\r\n")
                .contains("authorization: Bearer " + KEY + "\r\n")
                .containsIgnoringCase("content-length: 2\r\n")
                .doesNotContainIgnoringCase("transfer-encoding")
                .doesNotContainIgnoringCase("upgrade")
                .endsWith("\r\n\r\n{}");
        assertThat(server.requests.get(1))
                .containsIgnoringCase("content-length: 0\r\n")
                .doesNotContainIgnoringCase("transfer-encoding");
        assertThat(server.requests.get(2)).doesNotContainIgnoringCase("content-length");
    }

    @Test
    void tellsThatNothingWasSentWhenNobodyListens() throws IOException {
        RawServer closed = server((peer, request) -> {});
        closed.close();

        StepVerifier.create(exchange(o -> o).exchange(call(closed, "POST", "/v1/x", "{}")))
                .expectErrorSatisfies(e -> {
                    assertThat(e).isInstanceOf(ConnectFailedException.class).hasMessageContaining("127.0.0.1");
                    Secrets.assertNoneIn(e);
                })
                .verify(SOON);
    }

    @Test
    void tellsThatNothingWasSentWhenTheNameOrTlsFails() {
        RawServer plain = server((peer, request) -> peer.write("no TLS"));
        String tls = plain.url().toString().replace("http://", "https://");
        plainTextHandshake(plain);
        for (String url : List.of("http://no-such-host.invalid", tls)) {
            HttpCall call = call(BaseUrl.of("url", url), "POST", "/", "{}", Duration.ofSeconds(5));
            StepVerifier.create(exchange(o -> o).exchange(call))
                    .expectErrorSatisfies(
                            e -> assertThat(e).isInstanceOfAny(ConnectFailedException.class, TimeLimitException.class))
                    .verify(SOON);
        }
    }

    /** A TLS hello is no request that the server would answer: cut the connection, so that the handshake fails. */
    private static void plainTextHandshake(RawServer server) {
        Schedulers.boundedElastic().schedule(() -> {
            waitUntil(() -> server.open.get() > 0);
            try {
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void endsAStalledExchangeAtItsLimit() {
        RawServer server = server((peer, request) -> peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"));
        VirtualTimeScheduler time = VirtualTimeScheduler.create();
        ReactorHttpExchange exchange = exchange(NetOptions.defaults(), o -> o, time);
        Duration limit = Duration.ofMillis(300);

        StepVerifier.create(exchange.exchange(call(server.url(), "GET", "/v1/x?a=b", null, limit)))
                .then(() -> waitUntil(() -> server.requests.size() == 1))
                .then(() -> time.advanceTimeBy(limit))
                .expectErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(TimeLimitException.class)
                        .hasMessage("GET /v1/x did not finish within PT0.3S"))
                .verify(SOON);
        StepVerifier.create(exchange.exchange(call(server.url(), "POST", "/v1/x", "{}", limit)))
                .then(() -> waitUntil(() -> server.requests.size() == 2))
                .then(() -> time.advanceTimeBy(limit))
                .expectErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(OutcomeUnknownException.class)
                        .hasCauseInstanceOf(TimeLimitException.class))
                .verify(SOON);
        waitUntil(() -> server.open.get() == 0);
    }

    @Test
    void tellsALostAnswerByWhetherItsRequestMayHaveBeenActedOn() {
        for (String answer : List.of(
                "",
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nContent-Le",
                "garbage\r\n\r\n")) {
            RawServer server = server((peer, request) -> {
                peer.write(answer);
                peer.close();
            });
            ReactorHttpExchange exchange = exchange(o -> o);

            StepVerifier.create(exchange.exchange(call(server, "GET", "/", null)))
                    .expectError(ConnectionLostException.class)
                    .verify(SOON);
            StepVerifier.create(exchange.exchange(call(server, "POST", "/", "{}")))
                    .expectErrorSatisfies(e -> {
                        assertThat(e).isInstanceOf(OutcomeUnknownException.class);
                        Secrets.assertNoneIn(e);
                    })
                    .verify(SOON);
            assertThat(server.requests).hasSize(2);
        }
    }

    @Test
    void neverSendsAPostTwiceWhenAReusedConnectionCloses() {
        RawServer server = server((peer, request) -> {
            if (request.startsWith("POST")) {
                peer.close();
            } else {
                peer.reply(200, "{}");
            }
        });
        // The answer can arrive a moment before the connection is back in the pool: then the next call waits for it.
        ReactorHttpExchange exchange = exchange(o -> o.maxConnections(1));
        await(exchange.exchange(call(server, "GET", "/", null)));

        StepVerifier.create(exchange.exchange(call(server, "POST", "/", "{}")))
                .expectError(OutcomeUnknownException.class)
                .verify(SOON);
        assertThat(server.accepted).hasValue(1);
        assertThat(server.requests).filteredOn(r -> r.startsWith("POST")).hasSize(1);
        await(exchange.exchange(call(server, "GET", "/", null)));
    }

    @Test
    void takesANewConnectionWhenTheServerClosedTheIdleOne() {
        RawServer server = server((peer, request) -> {
            peer.reply(200, "{}");
            if (peer.number() == 1) {
                peer.close();
            }
        });
        List<Channel> opened = new CopyOnWriteArrayList<>();
        NetOptions net = NetOptions.builder()
                .customizer(client -> client.doOnChannelInit((observer, channel, remote) -> opened.add(channel)))
                .build();
        ReactorHttpExchange exchange = exchange(net, o -> o, Schedulers.parallel());
        await(exchange.exchange(call(server, "GET", "/", null)));
        waitUntil(() -> !opened.get(0).isOpen());

        await(exchange.exchange(call(server, "POST", "/", "{}")));
        assertThat(server.requests).hasSize(2);
    }

    @Test
    void stopsReadingWhatIsTooLarge() {
        String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
        RawServer server = server((peer, request) -> {
            if (request.contains("/announced")) {
                peer.write("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\nabc");
                return;
            }
            peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 10_000; i++) {
                peer.write(chunk);
            }
        });
        for (String path : List.of("/announced", "/endless")) {
            StepVerifier.create(exchange(o -> o).exchange(call(server, "POST", path, "{}")))
                    .expectError(ResponseTooLargeException.class)
                    .verify(SOON);
        }
        waitUntil(() -> server.open.get() == 0);
    }

    @Test
    void keepsTheStatusOfAnErrorWhateverItsBody() {
        RawServer server = server((peer, request) -> {
            if (request.contains("/huge")) {
                peer.write("HTTP/1.1 429 X\r\nContent-Length: 999999999\r\n\r\n" + "x".repeat(300_000));
            } else {
                peer.write("HTTP/1.1 503 X\r\nContent-Length: 100\r\n\r\n{\"error\":");
                peer.close();
            }
        });
        ReactorHttpExchange exchange = exchange(o -> o);

        assertThat(await(exchange.exchange(call(server, "POST", "/huge", "{}"))).status())
                .isEqualTo(429);
        assertThat(await(exchange.exchange(call(server, "POST", "/half", "{}"))).status())
                .isEqualTo(503);
    }

    @Test
    void closesTheConnectionOfACancelledExchange() {
        RawServer server = server((peer, request) -> {});
        Disposable request =
                exchange(o -> o).exchange(call(server, "POST", "/", "{}")).subscribe();
        waitUntil(() -> server.requests.size() == 1);

        request.dispose();
        waitUntil(() -> server.open.get() == 0);
    }

    @Test
    void dropsAnAnswerThatIsCancelledWhileItIsPutTogether() {
        RawServer server = server((peer, request) -> peer.reply(200, "{}"));
        AtomicReference<Subscription> waiting = new AtomicReference<>();
        AtomicInteger cancelled = new AtomicInteger();
        NetOptions net = NetOptions.builder()
                .customizer(client ->
                        client.doOnRequest((request, connection) -> connection.addHandlerLast(new Heads(() -> {
                            waiting.get().cancel();
                            cancelled.incrementAndGet();
                        }))))
                .build();
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        ReactorHttpExchange exchange = exchange(net, o -> o.maxConnections(1), Schedulers.parallel());
        exchange.exchange(call(server, "GET", "/1", null))
                .doOnSubscribe(waiting::set)
                .contextWrite(
                        context -> context.put("reactor.onErrorDropped.local", (Consumer<Throwable>) dropped::add))
                .subscribe();

        await(exchange.exchange(call(server, "GET", "/2", null))); // behind the first one
        assertThat(server.requests).hasSize(2);
        assertThat(cancelled).hasPositiveValue();
        assertThat(dropped).isEmpty();
    }

    /** Tells when somebody walks through the headers of an answer. */
    private static final class Heads extends ChannelInboundHandlerAdapter {

        private final Runnable read;

        Heads(Runnable read) {
            this.read = read;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.fireChannelRead(
                    message instanceof HttpResponse head
                            ? new DefaultHttpResponse(head.protocolVersion(), head.status(), told(head.headers()))
                            : message);
        }

        private HttpHeaders told(HttpHeaders headers) {
            HttpHeaders told = new DefaultHttpHeaders() {
                @Override
                public void forEach(Consumer<? super Map.Entry<String, String>> each) {
                    read.run();
                    super.forEach(each);
                }
            };
            return told.set(headers);
        }
    }

    @Test
    void opensNoMoreConnectionsThanAllowed() {
        RawServer server = server((peer, request) -> peer.reply(200, "{}"));
        ReactorHttpExchange exchange = exchange(o -> o.maxConnections(3));

        await(Flux.range(0, 200)
                .flatMap(i -> exchange.exchange(call(server, "GET", "/" + i, null)), 100)
                .collectList());
        assertThat(server.requests).hasSize(200);
        assertThat(server.mostOpen.get()).isLessThanOrEqualTo(3);
    }

    @Test
    void boundsTheWaitForAConnection() {
        RawServer server = server((peer, request) -> {});
        ReactorHttpExchange exchange =
                exchange(o -> o.maxConnections(1).maxPendingRequests(1).pendingTimeout(Duration.ofMillis(200)));
        Disposable busy = exchange.exchange(call(server, "POST", "/1", "{}")).subscribe(x -> {}, e -> {});
        waitUntil(() -> server.requests.size() == 1);

        Mono<HttpReply> second = exchange.exchange(call(server, "POST", "/2", "{}"));
        StepVerifier.create(Mono.zip(second, second))
                .expectError(ConnectFailedException.class)
                .verify(SOON);
        StepVerifier.create(second).expectError(ConnectFailedException.class).verify(SOON);
        busy.dispose();
        assertThat(server.requests).hasSize(1);
    }

    @Test
    void closesItsConnections() {
        RawServer server = server((peer, request) -> peer.reply(200, "{}"));
        ReactorHttpExchange exchange = exchange(o -> o);
        await(exchange.exchange(call(server, "GET", "/", null)));

        StepVerifier.create(exchange.close().then(exchange.close()))
                .expectComplete()
                .verify(SOON);
        waitUntil(() -> server.open.get() == 0);
    }

    // --- with the client on top

    @Test
    void followsNoRedirectAndRetriesAfter429AndRefreshesAfter401() {
        RawServer server = server((peer, request) -> {
            if (request.contains("/redirect")) {
                peer.reply(302, "", "Location: http://127.0.0.1:1/");
            } else if (request.contains("nk_old")) {
                peer.reply(401, "{\"error\":\"bad key\"}");
            } else if (request.contains("/limited")) {
                peer.reply(429, "{\"error\":\"Too many requests\"}", "Retry-After: 0");
            } else {
                peer.reply(200, "{\"id\":\"a\"}");
            }
        });
        List<String> keys = new ArrayList<>(List.of("nk_old", "nk_new"));
        JsonHttpClient client = JsonHttpClient.builder(server.url(), exchange(o -> o))
                .credentials(CredentialSource.supplier("apiKey", Mono.fromSupplier(() -> keys.remove(0))))
                .options(HttpOptions.builder()
                        .rateLimitRetry(r -> r.maxRetries(2).initialDelay(Duration.ofMillis(10)))
                        .build())
                .build();

        assertThat(await(client.request("GET", "/v1/x", null, Map.class))).containsEntry("id", "a");
        StepVerifier.create(client.send("GET", "/redirect", null))
                .expectErrorSatisfies(
                        e -> assertThat(((HttpStatusException) e).status()).isEqualTo(302))
                .verify(SOON);
        StepVerifier.create(client.send("POST", "/limited", Map.of()))
                .expectError(HttpStatusException.RateLimited.class)
                .verify(SOON);
        assertThat(server.requests).filteredOn(r -> r.contains("/limited")).hasSize(3);
    }

    @Test
    void survivesBrokenBodiesOverTheSocket() {
        List<BrokenFrames.BrokenFrame> corpus = BrokenFrames.all().stream()
                .filter(frame -> frame.bytes().length < 10_000)
                .toList();
        RawServer server = server((peer, request) -> {
            int index = Integer.parseInt(request.substring(5, request.indexOf(' ', 5)));
            peer.reply(200, new String(corpus.get(index).bytes(), ISO_8859_1));
        });
        JsonHttpClient client =
                JsonHttpClient.builder(server.url(), exchange(o -> o)).build();

        Long failed = await(Flux.range(0, corpus.size())
                .concatMap(i -> client.request("GET", "/" + i, null).materialize())
                .filter(signal -> signal.isOnError())
                .count());
        assertThat(failed).isGreaterThan(350);
        assertThat(server.accepted.get()).isLessThan(10);
    }

    // --- helpers

    private RawServer server(RawServer.Script script) {
        RawServer server = new RawServer(script);
        resources.add(server);
        return server;
    }

    private ReactorHttpExchange exchange(UnaryOperator<HttpOptions.Builder> spec) {
        return exchange(NetOptions.defaults(), spec, Schedulers.parallel());
    }

    private ReactorHttpExchange exchange(NetOptions net, UnaryOperator<HttpOptions.Builder> spec, Scheduler timer) {
        ReactorHttpExchange exchange = ReactorHttpExchange.create(
                net, spec.apply(HttpOptions.builder()).build(), timer);
        resources.add(() -> exchange.close().block(SOON));
        return exchange;
    }

    private static HttpCall call(RawServer server, String method, String path, @Nullable String body) {
        return call(server.url(), method, path, body, SOON);
    }

    private static HttpCall call(BaseUrl url, String method, String path, @Nullable String body, Duration limit) {
        return new HttpCall(
                method,
                url.http(path),
                Map.of("authorization", "Bearer " + KEY),
                body == null ? null : body.getBytes(UTF_8),
                limit,
                1 << 20);
    }

    private static <T> T await(Mono<T> mono) {
        return mono.block(LONG_ENOUGH);
    }

    private static void waitUntil(BooleanSupplier condition) {
        Flux.interval(Duration.ofMillis(5))
                .filter(i -> condition.getAsBoolean())
                .blockFirst(SOON);
    }
}
