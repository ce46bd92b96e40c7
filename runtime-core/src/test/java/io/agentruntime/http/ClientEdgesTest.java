package io.agentruntime.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.HttpStatusException.RateLimited;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.support.Secrets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** The client with other parts than usual, at its limits, and what it says of itself. */
class ClientEdgesTest {

    private static final BaseUrl URL = BaseUrl.of("gatewayUrl", "https://gateway.test/base/");

    private final ScriptedExchange gateway = new ScriptedExchange();
    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

    record Shown(String displayName) {}

    private JsonHttpClient.Builder client() {
        return JsonHttpClient.builder(URL, gateway).timer(time).random(() -> 0L);
    }

    @Test
    void anotherCodecReadsAndWrites() {
        JsonCodec snake = JsonCodec.of(JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build());
        gateway.answers(200, "{\"display_name\":\"b\"}");

        StepVerifier.create(client().codec(snake).build().request("POST", "/", new Shown("a"), Shown.class))
                .expectNext(new Shown("b"))
                .verifyComplete();
        assertThat(gateway.calls.get(0).body()).asString(UTF_8).isEqualTo("{\"display_name\":\"a\"}");
    }

    @Test
    void itSaysWhereItSpeaksToAndNoKey() {
        JsonHttpClient client = client().credentials(CredentialSource.fixed("apiKey", Secrets.MARKER))
                .build();

        assertThat(client.baseUrl()).isSameAs(URL);
        assertThat(client).hasToString("JsonHttpClient[https://gateway.test/base]");
        assertThat(new HttpReply(200, Map.of("x", Secrets.MARKER), Secrets.MARKER.getBytes(UTF_8)))
                .hasToString("HTTP 200, 6 bytes");
    }

    @Test
    void aCallHasTheTemplateOfItsPathAlsoWithItsKey() {
        gateway.answers(200, "").answers(200, "");
        JsonHttpClient client = client().credentials(CredentialSource.fixed("apiKey", Secrets.MARKER))
                .build();
        client.send("GET", ApiPath.of("/v1/{id}", 7), null)
                .then(client.send("GET", "/v1/7", null))
                .block();

        assertThat(gateway.calls).extracting(HttpCall::template).containsExactly("/v1/{id}", "");
    }

    @Test
    void waitsAfterA429AreTold() {
        gateway.answers(429, "", "retry-after", "60").answers(200, "");
        List<Duration> waits = new ArrayList<>();
        client().onRateLimited(waits::add).build().send("GET", "/", null).subscribe();

        assertThat(waits).hasSize(1);
        assertThat(waits.get(0)).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(72));
        assertThat(gateway.calls).hasSize(1);
        time.advanceTimeBy(waits.get(0));
        assertThat(gateway.calls).hasSize(2);
    }

    @Test
    void anUnreadableAnswerIsNamedWithoutItsQuery() {
        gateway.answers(200, "{").answers(200, "{");

        StepVerifier.create(client().build().request("GET", "/x?key=" + Secrets.MARKER, null, Shown.class))
                .verifyErrorSatisfies(e -> {
                    assertThat(e).isInstanceOf(DecodeException.class).hasMessageContaining("GET /x");
                    Secrets.assertNoneIn(e);
                });
        StepVerifier.create(client().build().request("GET", "/y", null, Shown.class))
                .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("GET /y"));
    }

    @Test
    void aRetryAfterOfExactlyTheLongestIsWaitedFor() {
        gateway.answers(429, "", "retry-after", "600").answers(200, "");
        Mono<Void> call = client().build().send("GET", "/", null);

        StepVerifier.create(call)
                .then(() -> time.advanceTimeBy(Duration.ofMinutes(10).minusMillis(1)))
                .then(() -> assertThat(gateway.calls).hasSize(1))
                .then(() -> time.advanceTimeBy(Duration.ofMillis(1)))
                .verifyComplete();
    }

    @Test
    void aDateOfTheServersThatIsNoneLeavesThisSidesClock() {
        gateway.answers(429, "", "retry-after", "Thu, 01 Jan 1970 00:05:00 GMT", "date", "today");

        StepVerifier.create(client().build().withoutRetry().send("GET", "/", null))
                .verifyErrorSatisfies(
                        e -> assertThat(((RateLimited) e).retryAfter()).contains(Duration.ofMinutes(5)));
    }

    @Test
    void anAddressThatIsRefusedIsShownAsFarAsItIsNoSecret() {
        assertThatThrownBy(() -> BaseUrl.of("gatewayUrl", "ftp://user:" + Secrets.MARKER + "@gateway.test/api"))
                .hasMessageContaining("ftp://gateway.test/api");
        assertThatThrownBy(() -> BaseUrl.of("gatewayUrl", "mailto:" + Secrets.MARKER + "@gateway.test"))
                .hasMessageContaining("mailto://null")
                .satisfies(Secrets::assertNoneIn);
    }

    @Test
    void aTemplatesPlaceholderIsNamedWhenItsValueIsBad() {
        assertThatThrownBy(() -> ApiPath.of("/v1/{id}/members", ".."))
                .hasMessageContaining("The value of {id} must not be '..'");
    }

    @Test
    void aPathWithAFragmentIsRefused() {
        assertThatThrownBy(() -> URL.http("/x#y")).isInstanceOf(IllegalArgumentException.class);
    }
}
