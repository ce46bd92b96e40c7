package io.agentruntime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.support.Secrets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathsAndOptionsTest {

    @Test
    void encodesSegmentsAndQuery() {
        assertThat(ApiPath.of("/v1/channels/{id}/members/{who}", "a/b?c#d", "é %")
                        .query("limit", 200)
                        .query("from", null)
                        .query("before", "2026-03-01T10:30:00+01:00")
                        .query("a&b", "x=y z~")
                        .toString())
                .isEqualTo("/v1/channels/a%2Fb%3Fc%23d/members/%C3%A9%20%25"
                        + "?limit=200&before=2026-03-01T10%3A30%3A00%2B01%3A00&a%26b=x%3Dy%20z~");
    }

    @Test
    void aPathKeepsItsTemplateWhereItHasOne() {
        ApiPath path = ApiPath.of("/v1/channels/{id}", "a b").query("limit", 2);
        assertThat(path.template()).isEqualTo("/v1/channels/{id}");
        assertThat(path.path()).isEqualTo("/v1/channels/a%20b");

        ApiPath encoded = ApiPath.encoded("/v1/channels/7?limit=2");
        assertThat(encoded.template()).isEmpty();
        assertThat(encoded.path()).isEqualTo("/v1/channels/7");
        assertThat(encoded).hasToString("/v1/channels/7?limit=2");
        assertThat(ApiPath.encoded("/v1")).hasToString("/v1");
        assertThat(ApiPath.encoded("/v1").path()).isEqualTo("/v1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", ".."})
    void refusesSegmentsThatMakeAnotherPath(String id) {
        assertThatThrownBy(() -> ApiPath.of("/v1/channels/{id}", id)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesTemplatesThatDoNotFitTheirValues() {
        assertThatThrownBy(() -> ApiPath.of("/v1/{a}/{b}", "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ApiPath.of("/v1/{a}", "x", "y")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void joinsPathsToABaseUrl() {
        assertThat(BaseUrl.of("gatewayUrl", " https://Gateway.test:8443/api// ").http("/v1/x?q=%20"))
                .hasToString("https://Gateway.test:8443/api/v1/x?q=%20");
        assertThat(BaseUrl.of("gatewayUrl", "http://[::1]:80").http("/é")).hasToString("http://[::1]:80/%C3%A9");
        assertThat(BaseUrl.of("gatewayUrl", "HTTPS://h")
                        .webSocket("/ws?ticket=t")
                        .uri())
                .hasToString("wss://h/ws?ticket=t");
        assertThat(BaseUrl.of("gatewayUrl", "http://h/").webSocket("/ws").uri()).hasToString("ws://h/ws");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "gateway.test",
                "ws://gateway.test",
                "http:///x",
                "http://",
                "mailto:a@b",
                "http://h ost",
                "https://user:S3CR3T@h",
                "https://h?key=S3CR3T",
                "https://h#S3CR3T",
                "S3CR3T bad",
                "file:///etc/passwd"
            })
    void refusesOtherAddressesWithoutShowingSecrets(String url) {
        assertThatThrownBy(() -> BaseUrl.of("gatewayUrl", url))
                .isInstanceOfSatisfying(InvalidOptionException.class, e -> {
                    assertThat(e.option()).isEqualTo("gatewayUrl");
                    Secrets.assertNoneIn(e);
                });
    }

    @Test
    void refusesKeysThatCannotBeSentWithoutShowingThem() {
        for (String key : new String[] {"", " ", "S3CR3T\r\nx: y", "S3CR3T é", "S3CR3T\u0000"}) {
            assertThatThrownBy(() -> CredentialSource.fixed("apiKey", key))
                    .isInstanceOfSatisfying(InvalidOptionException.class, Secrets::assertNoneIn);
        }
    }

    @Test
    void refusesBadOptionsByName() {
        HttpOptions.Builder http = HttpOptions.builder();
        assertThatThrownBy(() -> http.requestTimeout(Duration.ZERO)).hasMessageContaining("'http.requestTimeout'");
        assertThatThrownBy(() -> http.requestTimeout(Duration.ofSeconds(Long.MAX_VALUE / 4)))
                .hasMessageContaining("'http.requestTimeout'");
        assertThatThrownBy(() -> http.maxResponseBytes(0)).hasMessageContaining("'http.maxResponseBytes'");
        assertThatThrownBy(() -> http.maxConnections(-1)).hasMessageContaining("'http.maxConnections'");
        assertThatThrownBy(() -> http.rateLimitRetry(r -> r.maxRetries(-1)))
                .hasMessageContaining("'http.rateLimitRetry.maxRetries'");
        assertThatThrownBy(() -> http.rateLimitRetry(r -> r.initialDelay(Duration.ofMinutes(2))))
                .hasMessageContaining("'http.rateLimitRetry.maxDelay'");
    }
}
