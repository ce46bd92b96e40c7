package io.agentruntime.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.CallRefusedException;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.EncodeException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.error.OutcomeUnknownException;
import io.agentruntime.json.BrokenFrames;
import io.agentruntime.support.Secrets;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.core.type.TypeReference;

class JsonHttpClientTest {

    private static final String KEY = "nk_" + Secrets.MARKER + "_1";
    private static final String NEXT_KEY = "nk_" + Secrets.MARKER + "_2";

    private final ScriptedExchange gateway = new ScriptedExchange();
    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

    record Item(String id, int n) {}

    @BeforeAll
    static void failInsteadOfHanging() {
        StepVerifier.setDefaultTimeout(Duration.ofSeconds(10));
    }

    @AfterAll
    static void resetDefaultTimeout() {
        StepVerifier.resetDefaultTimeout();
    }

    // --- requests

    @Test
    void sendsAndReadsJson() {
        gateway.answers(201, "{\"id\":\"a\",\"n\":1,\"new\":true}");

        StepVerifier.create(client().request("post", "/v1/items?x=1", new Item("ä", 2), Item.class))
                .expectNext(new Item("a", 1))
                .verifyComplete();

        HttpCall call = gateway.calls.get(0);
        assertThat(call.method()).isEqualTo("POST");
        assertThat(call.uri()).hasToString("https://gateway.test/base/v1/items?x=1");
        assertThat(call.headers())
                .containsEntry("authorization", "Bearer " + KEY)
                .containsEntry("content-type", "application/json");
        assertThat(call.body()).asString(UTF_8).isEqualTo("{\"id\":\"ä\",\"n\":2}");
        assertThat(call.limit()).isEqualTo(Duration.ofSeconds(30));
        assertThat(call.maxResponseBytes()).isEqualTo(8 << 20);
    }

    @Test
    void readsGenericTypesAndUnreadPayloads() {
        gateway.answers(200, "[{\"id\":\"a\",\"n\":1}]").answers(200, " {\"id\":\"b\"} ");

        StepVerifier.create(client().request("GET", "/a", null, new TypeReference<List<Item>>() {}))
                .expectNext(List.of(new Item("a", 1)))
                .verifyComplete();
        StepVerifier.create(client().request("GET", "/b", null))
                .assertNext(payload -> assertThat(payload.string("id")).isEqualTo("b"))
                .verifyComplete();
        assertThat(gateway.calls.get(0).body()).isNull();
    }

    @Test
    void isEmptyWhereTheAnswerIs() {
        gateway.answers(204, "")
                .answers(200, " \n")
                .answers(200, "null")
                .answers(200, "not JSON")
                .answers(200, "x");

        StepVerifier.create(client().request("GET", "/", null, Item.class)).verifyComplete();
        StepVerifier.create(client().request("GET", "/", null, Item.class)).verifyComplete();
        StepVerifier.create(client().request("GET", "/", null, Item.class)).verifyComplete();
        StepVerifier.create(client().send("POST", "/", null)).verifyComplete();
        StepVerifier.create(client().request("POST", "/", null, Void.class)).verifyComplete();
    }

    @Test
    void isColdAndSendsOnceForEachSubscription() {
        gateway.answers(200, "{}").answers(200, "{}");
        Mono<Void> request = client().send("POST", "/", Map.of());
        assertThat(gateway.calls).isEmpty();

        StepVerifier.create(request.then(request)).verifyComplete();
        assertThat(gateway.calls).hasSize(2);
    }

    @Test
    void passesTheReactorContextOn() {
        gateway.does(call -> Mono.deferContextual(context -> Mono.just(
                new HttpReply(200, Map.of(), context.<String>get("trace").getBytes(UTF_8)))));

        StepVerifier.create(client().request("GET", "/", null, int.class).contextWrite(c -> c.put("trace", "42")))
                .expectNext(42)
                .verifyComplete();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.test/",
                "v1/x",
                "",
                "?a=1",
                "@evil.test/",
                ":81/",
                "/a#b",
                "/a b",
                "/a\r\nx: y",
                "/%zz",
                "\\\\evil.test"
            })
    void refusesWhatIsNoPath(String path) {
        StepVerifier.create(client().send("GET", path, null)).verifyError(IllegalArgumentException.class);
        assertThat(gateway.calls).isEmpty();
    }

    @Test
    void staysAtItsHostWhateverThePathIs() {
        gateway.answers(200, "").answers(200, "");
        StepVerifier.create(client().send("GET", "//evil.test/x", null).then(client().send("GET", "/@evil.test", null)))
                .verifyComplete();
        assertThat(gateway.calls).allMatch(call -> call.uri().getHost().equals("gateway.test"));
    }

    @Test
    void sendsNothingWhenTheBodyCannotBeWritten() {
        List<Object> cycle = new ArrayList<>();
        cycle.add(cycle);

        StepVerifier.create(client().send("POST", "/", cycle)).verifyError(EncodeException.class);
        assertThat(gateway.calls).isEmpty();
    }

    static Iterator<byte[]> brokenBodies() {
        return BrokenFrames.all().stream()
                .map(BrokenFrames.BrokenFrame::bytes)
                .filter(bytes -> bytes.length > 0)
                .iterator();
    }

    /** Some of the corpus is valid JSON and only no frame of a gateway: the rest are at least these many. */
    @Test
    void reportsBrokenAnswersAsDecodeErrors() {
        List<Throwable> errors = new ArrayList<>();
        for (Iterator<byte[]> bodies = brokenBodies(); bodies.hasNext(); ) {
            byte[] body = bodies.next();
            gateway.does(call -> Mono.just(new HttpReply(200, Map.of(), body)));
            client().request("GET", "/v1/x?q=private", null).subscribe(payload -> {}, errors::add);
        }
        assertThat(errors)
                .hasSizeGreaterThan(400)
                .allSatisfy(e -> assertThat(e)
                        .isInstanceOf(DecodeException.class)
                        .hasMessageContaining("answer to GET /v1/x")
                        .hasMessageNotContaining("private"));
    }

    @Test
    void reportsAnswersOfAnotherType() {
        for (String body : List.of("[]", "1", "{\"n\":\"x\"}", "{\"n\":1e99}", "{\"id\":{}}")) {
            gateway.answers(200, body);
            StepVerifier.create(client().request("GET", "/", null, Item.class)).verifyError(DecodeException.class);
        }
    }

    // --- errors

    @Test
    void makesTypedErrorsWithTheGatewaysWords() {
        gateway.answers(409, "{\"error\":\"slug exists\",\"message\":\"choose\\nanother\"}");

        StepVerifier.create(client().send("POST", "/v1/channels?token=private", Map.of()))
                .verifyErrorSatisfies(e -> {
                    assertThat(e)
                            .isInstanceOf(HttpStatusException.Conflict.class)
                            .hasMessage("POST /base/v1/channels: HTTP 409, slug exists (choose another)");
                    assertThat(((HttpStatusException) e).path()).isEqualTo("/base/v1/channels");
                });
    }

    @ParameterizedTest
    @MethodSource("brokenBodies")
    void makesAnErrorOfAnyBody(byte[] body) {
        gateway.does(call -> Mono.just(new HttpReply(404, Map.of(), body)));

        StepVerifier.create(client().send("GET", "/", null)).verifyError(HttpStatusException.NotFound.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "[]", "{\"error\":1,\"message\":{}}", "{\"error\":null}", "{\"error\":\" \"}", "<html>"})
    void leavesOutWordsThatAreNone(String body) {
        gateway.answers(302, body);

        StepVerifier.create(client().send("GET", "/", null))
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isExactlyInstanceOf(HttpStatusException.class)
                        .hasMessage("GET /base/: HTTP 302"));
    }

    @Test
    void boundsTheGatewaysWords() {
        gateway.answers(500, "{\"error\":\"" + "😀".repeat(100_000) + "\"}");

        StepVerifier.create(client().send("GET", "/", null))
                .verifyErrorSatisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(700));
    }

    @Test
    void doesNotSendAgainWhatMayHaveBeenActedOn() {
        gateway.fails(new OutcomeUnknownException("POST", "/", new java.io.IOException()));

        StepVerifier.create(client().send("POST", "/", null)).verifyError(OutcomeUnknownException.class);
        assertThat(gateway.calls).hasSize(1);
    }

    // --- credentials

    @Test
    void asksTheSupplierOnceMoreAfter401() {
        List<String> keys = new ArrayList<>(List.of(KEY, NEXT_KEY));
        CredentialSource source = CredentialSource.supplier("apiKey", Mono.fromSupplier(() -> keys.remove(0)));
        gateway.answers(200, "").answers(401, "").answers(200, "").answers(200, "");
        JsonHttpClient client = client(b -> b.credentials(source));

        StepVerifier.create(client.send("GET", "/1", null)
                        .then(client.send("POST", "/2", Map.of("a", 1)))
                        .then(client.send("GET", "/3", null)))
                .verifyComplete();

        assertThat(gateway.calls)
                .extracting(call -> call.headers().get("authorization"))
                .containsExactly("Bearer " + KEY, "Bearer " + KEY, "Bearer " + NEXT_KEY, "Bearer " + NEXT_KEY);
        assertThat(gateway.calls.get(2).body()).asString(UTF_8).isEqualTo("{\"a\":1}");
    }

    @Test
    void givesUpAtTheSecond401AndAtTheFirstOfAFixedKey() {
        CredentialSource source = CredentialSource.supplier("apiKey", Mono.just(KEY));
        gateway.answers(401, "").answers(401, "{\"error\":\"bad key\"}");
        StepVerifier.create(client(b -> b.credentials(source)).send("GET", "/", null))
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(HttpStatusException.Unauthorized.class)
                        .hasMessageContaining("bad key"));
        assertThat(gateway.calls).hasSize(2);

        gateway.answers(401, "");
        StepVerifier.create(client().send("GET", "/", null)).verifyError(HttpStatusException.Unauthorized.class);
        assertThat(gateway.calls).hasSize(3);
    }

    @Test
    void sendsNothingWithoutAKeyThatCanBeSent() {
        for (Mono<String> bad :
                List.of(Mono.<String>empty(), Mono.just(""), Mono.just(KEY + "\r\nx: y"), Mono.just("ä"))) {
            StepVerifier.create(client(b -> b.credentials(CredentialSource.supplier("apiKey", bad)))
                            .send("GET", "/", null))
                    .verifyErrorSatisfies(e -> {
                        assertThat(e).isInstanceOf(InvalidOptionException.class);
                        Secrets.assertNoneIn(e);
                    });
        }
        assertThat(gateway.calls).isEmpty();
    }

    @Test
    void showsNoKey() {
        gateway.answers(500, "");
        StepVerifier.create(client().send("GET", "/", null)).verifyErrorSatisfies(Secrets::assertNoneIn);
        Secrets.assertNoneIn(gateway.calls.get(0).toString()
                + client()
                + CredentialSource.fixed("apiKey", KEY)
                + CredentialSource.supplier("apiKey", Mono.just(KEY)));
    }

    @Test
    void abortsTheExchangeWhenCancelled() {
        gateway.does(call -> Mono.never());
        client().send("GET", "/", null).subscribe().dispose();
        assertThat(gateway.cancelled).isOne();
    }

    // --- guards

    @Test
    void passesACircuitBreaker() {
        CircuitBreaker breaker = CircuitBreaker.of(
                "gateway",
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(2)
                        .minimumNumberOfCalls(2)
                        .build());
        HttpOptions options = HttpOptions.builder().circuitBreaker(breaker).build();
        JsonHttpClient client = client(b -> b.options(options));
        gateway.does(call -> Mono.never()).answers(404, "").answers(503, "").fails(new IllegalStateException());

        client.send("GET", "/", null).subscribe().dispose();
        StepVerifier.create(client.send("GET", "/", null)).verifyError();
        assertThat(breaker.getMetrics().getNumberOfSuccessfulCalls()).isOne();
        StepVerifier.create(client.send("GET", "/", null)).verifyError(HttpStatusException.ServerError.class);
        assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.OPEN);
        StepVerifier.create(client.send("GET", "/", null))
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(CallRefusedException.class)
                        .hasMessage("GET /base/ was not sent: circuit breaker 'gateway' is OPEN"));
        assertThat(gateway.calls).hasSize(3);
    }

    @Test
    void isPacedByARateLimiterThatCanBeCancelled() {
        RateLimiter limiter = RateLimiter.of(
                "pace",
                RateLimiterConfig.custom()
                        .limitForPeriod(1)
                        .limitRefreshPeriod(Duration.ofMinutes(1))
                        .timeoutDuration(Duration.ofSeconds(90))
                        .build());
        HttpOptions options = HttpOptions.builder().rateLimiter(limiter).build();
        JsonHttpClient client = client(b -> b.options(options));
        gateway.answers(200, "").answers(200, "");

        client.send("GET", "/1", null).subscribe();
        Disposable second = client.send("GET", "/2", null).subscribe();
        StepVerifier.create(client.send("GET", "/3", null)).verifyError(CallRefusedException.class);
        assertThat(gateway.calls).hasSize(1);
        second.dispose();
        time.advanceTimeBy(Duration.ofMinutes(2));
        assertThat(gateway.calls).hasSize(1);
    }

    // --- helpers

    private JsonHttpClient client() {
        return client(b -> b);
    }

    private JsonHttpClient client(UnaryOperator<JsonHttpClient.Builder> spec) {
        return spec.apply(JsonHttpClient.builder(BaseUrl.of("gatewayUrl", "https://gateway.test/base/"), gateway)
                        .credentials(CredentialSource.fixed("apiKey", KEY))
                        .timer(time))
                .build();
    }
}
