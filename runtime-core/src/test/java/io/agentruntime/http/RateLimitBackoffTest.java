package io.agentruntime.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.HttpStatusException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The retries after 429, in virtual time: the exact delays. */
class RateLimitBackoffTest {

    private final ScriptedExchange gateway = new ScriptedExchange();
    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

    @BeforeAll
    static void failInsteadOfHanging() {
        StepVerifier.setDefaultTimeout(Duration.ofSeconds(10));
    }

    @AfterAll
    static void resetDefaultTimeout() {
        StepVerifier.resetDefaultTimeout();
    }

    @Test
    void waitsAsDocumentedAndGivesUpAfterFourRetries() {
        for (int i = 0; i < 5; i++) {
            gateway.answers(429, "{\"error\":\"Too many requests\"}");
        }
        assertRetryDelays(0.5, HttpStatusException.RateLimited.class, 5_000, 10_000, 20_000, 40_000);
    }

    @Test
    void jittersByTwentyPercentEitherWay() {
        gateway.answers(429, "").answers(429, "").answers(200, "");
        assertRetryDelays(0, null, 4_000, 8_000);
        gateway.answers(429, "").answers(200, "");
        assertRetryDelays(0.999_999, null, 6_000);
    }

    @Test
    void neverComesBackBeforeRetryAfter() {
        // Above, equal to, just below (5 s * 0.8 would be too early), and below what it would wait by itself.
        gateway.answers(429, "", "retry-after", "60").answers(200, "");
        assertRetryDelays(0, null, 60_000);
        gateway.answers(429, "", "retry-after", "60").answers(200, "");
        assertRetryDelays(0.999_999, null, 72_000);
        gateway.answers(429, "", "retry-after", "5").answers(200, "");
        assertRetryDelays(0, null, 5_000);
        gateway.answers(429, "").answers(429, "", "retry-after", "9").answers(200, "");
        assertRetryDelays(0, null, 4_000, 9_000);
        gateway.answers(429, "", "retry-after", "1").answers(200, "");
        assertRetryDelays(0, null, 4_000);
    }

    @Test
    void readsDatesByTheServersClock() {
        gateway.answers(
                        429,
                        "",
                        "retry-after",
                        "Sun, 01 Mar 2026 10:31:00 GMT",
                        "date",
                        "Sun, 01 Mar 2026 10:30:15 GMT")
                .answers(200, "");
        assertRetryDelays(0, null, 45_000);
        // Without the server's clock our own, which is at the epoch here.
        gateway.answers(429, "", "retry-after", "Thu, 01 Jan 1970 00:05:00 GMT").answers(200, "");
        assertRetryDelays(0, null, 300_000 - time.now(TimeUnit.MILLISECONDS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-5", "0", "1.5", "NaN", "Sun, 01 Mar 1969 10:31:00 GMT", "Mon, 99 Foo 2026"})
    void ignoresRetryAfterThatSaysNothing(String retryAfter) {
        gateway.answers(429, "", "retry-after", retryAfter).answers(200, "");
        assertRetryDelays(0.5, null, 5_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"601", "86400", "999999999", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"})
    void failsAtOnceRatherThanWaitForAges(String retryAfter) {
        gateway.answers(429, "", "retry-after", retryAfter);

        StepVerifier.create(client().send("GET", "/", null))
                .verifyErrorSatisfies(e -> assertThat(((HttpStatusException.RateLimited) e).retryAfter())
                        .hasValueSatisfying(d -> assertThat(d).isGreaterThan(Duration.ofMinutes(10))));
        assertThat(gateway.calls).hasSize(1);
    }

    @Test
    void countsTheRetriesOfEachSubscriptionByItself() {
        for (int i = 0; i < 12; i++) {
            gateway.answers(429, "");
        }
        Mono<Void> request = client(0.5).send("GET", "/", null);
        request.subscribe(x -> {}, e -> {});
        request.subscribe(x -> {}, e -> {});
        time.advanceTimeBy(Duration.ofHours(1));

        assertThat(gateway.calls).hasSize(10);
    }

    @Test
    void stopsWaitingWhenCancelled() {
        gateway.answers(429, "");
        Disposable request = client(0.5).send("GET", "/", null).subscribe();
        assertThat(time.getScheduledTaskCount()).isOne();

        request.dispose();
        time.advanceTimeBy(Duration.ofHours(1));
        assertThat(gateway.calls).hasSize(1);
    }

    @Test
    void doesNotRetryWhereThatIsSwitchedOff() {
        gateway.answers(429, "", "retry-after", "7").answers(429, "");

        StepVerifier.create(client().withoutRetry().send("GET", "/", null))
                .verifyErrorSatisfies(
                        e -> assertThat(((HttpStatusException) e).retryAfter()).contains(Duration.ofSeconds(7)));
        HttpOptions none =
                HttpOptions.builder().rateLimitRetry(r -> r.maxRetries(0)).build();
        StepVerifier.create(client(b -> b.options(none)).send("GET", "/", null))
                .verifyError(HttpStatusException.RateLimited.class);
        assertThat(gateway.calls).hasSize(2);
    }

    // --- helpers

    private JsonHttpClient client() {
        return client(0.5);
    }

    private JsonHttpClient client(double random) {
        return client(b -> b.random(() -> (long) (random * 0x1.0p53) << 11));
    }

    private JsonHttpClient client(UnaryOperator<JsonHttpClient.Builder> spec) {
        return spec.apply(JsonHttpClient.builder(BaseUrl.of("gatewayUrl", "https://gateway.test/base/"), gateway)
                        .timer(time))
                .build();
    }

    private void assertRetryDelays(double random, @Nullable Class<? extends Throwable> error, long... delays) {
        int before = gateway.calls.size();
        List<Throwable> errors = new ArrayList<>();
        List<String> done = new ArrayList<>();
        client(random).send("POST", "/", null).subscribe(x -> {}, errors::add, () -> done.add("done"));
        for (int i = 0; i < delays.length; i++) {
            assertThat(gateway.calls).hasSize(before + 1 + i);
            time.advanceTimeBy(Duration.ofMillis(delays[i] - 1));
            assertThat(gateway.calls).as("before %d ms", delays[i]).hasSize(before + 1 + i);
            time.advanceTimeBy(Duration.ofMillis(1));
            assertThat(gateway.calls).as("after %d ms", delays[i]).hasSize(before + 2 + i);
        }
        if (error == null) {
            assertThat(errors).isEmpty();
            assertThat(done).hasSize(1);
        } else {
            assertThat(errors).hasSize(1).first().isInstanceOf(error);
        }
    }
}
