package io.agentruntime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HttpOptionsTest {

    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration DAY = Duration.ofDays(1);

    @Test
    void theDefaultsAreThoseOfTheDocumentation() {
        HttpOptions options = HttpOptions.defaults();

        assertThat(options.requestTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(options.maxResponseBytes()).isEqualTo(8 << 20);
        assertThat(options.maxConnections()).isEqualTo(16);
        assertThat(options.maxPendingRequests()).isEqualTo(256);
        assertThat(options.pendingTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(options.maxIdleTime()).isEqualTo(Duration.ofSeconds(4));
        assertThat(options.circuitBreaker()).isNull();
        assertThat(options.rateLimiter()).isNull();
        assertThat(options.rateLimitRetry())
                .isEqualTo(
                        new RateLimitRetry(4, Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofMinutes(10)));
    }

    @Test
    void eachOptionIsTakenUpToItsBounds() {
        HttpOptions options = HttpOptions.builder()
                .requestTimeout(MILLI)
                .maxResponseBytes(1)
                .maxConnections(1)
                .maxPendingRequests(1)
                .pendingTimeout(DAY)
                .maxIdleTime(DAY)
                .rateLimitRetry(retry -> retry.maxRetries(100)
                        .initialDelay(MILLI)
                        .maxDelay(MILLI)
                        .maxRetryAfter(DAY))
                .build();

        assertThat(options.requestTimeout()).isEqualTo(MILLI);
        assertThat(options.maxResponseBytes()).isOne();
        assertThat(options.maxConnections()).isOne();
        assertThat(options.maxPendingRequests()).isOne();
        assertThat(options.pendingTimeout()).isEqualTo(DAY);
        assertThat(options.maxIdleTime()).isEqualTo(DAY);
        assertThat(options.rateLimitRetry()).isEqualTo(new RateLimitRetry(100, MILLI, MILLI, DAY));
    }

    @Test
    void whatLiesBeyondTheBoundsIsRefused() {
        assertThatThrownBy(() -> HttpOptions.builder().pendingTimeout(MILLI.minusNanos(1)))
                .hasMessageContaining("'http.pendingTimeout'");
        assertThatThrownBy(() -> HttpOptions.builder().maxIdleTime(DAY.plusNanos(1)))
                .hasMessageContaining("'http.maxIdleTime'");
        assertThatThrownBy(() -> HttpOptions.builder().maxPendingRequests(0))
                .hasMessageContaining("'http.maxPendingRequests'");
        assertThatThrownBy(() -> RateLimitRetry.builder().maxRetries(101))
                .hasMessageContaining("'http.rateLimitRetry.maxRetries'");
        assertThatThrownBy(() -> RateLimitRetry.builder().maxRetryAfter(Duration.ZERO))
                .hasMessageContaining("'http.rateLimitRetry.maxRetryAfter'");
        assertThatThrownBy(() -> RateLimitRetry.builder().maxDelay(Duration.ZERO))
                .hasMessageContaining("'http.rateLimitRetry.maxDelay'");
    }
}
