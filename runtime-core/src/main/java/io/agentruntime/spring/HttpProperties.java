package io.agentruntime.spring;

import io.agentruntime.http.HttpOptions;
import io.agentruntime.http.RateLimitRetry;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * HTTP requests and their connections.
 *
 * @param requestTimeout absolute limit of one try, from asking for a connection to the last byte of the answer
 * @param maxResponseBytes largest answer to read
 * @param maxConnections connections open at the same time to one server
 * @param maxPendingRequests requests that may wait for a connection
 * @param pendingTimeout how long a request may wait for a connection
 * @param maxIdleTime how long an unused connection is kept; less than the server keeps it
 * @param rateLimitRetry what happens after a 429
 */
@ConfigurationPropertiesSource
public record HttpProperties(
        @DefaultValue("30s") Duration requestTimeout,
        @DefaultValue("8MB") DataSize maxResponseBytes,
        @DefaultValue("16") int maxConnections,
        @DefaultValue("256") int maxPendingRequests,
        @DefaultValue("10s") Duration pendingTimeout,
        @DefaultValue("4s") Duration maxIdleTime,
        @DefaultValue RateLimit rateLimitRetry) {

    /**
     * What happens after a 429.
     *
     * @param maxRetries retries of one request; 0 for none
     * @param initialDelay first delay
     * @param maxDelay longest delay before jitter, unless Retry-After asks for more
     * @param maxRetryAfter longest Retry-After to wait for; a longer one fails the request at once
     */
    public record RateLimit(
            @DefaultValue("4") int maxRetries,
            @DefaultValue("5s") Duration initialDelay,
            @DefaultValue("60s") Duration maxDelay,
            @DefaultValue("10m") Duration maxRetryAfter) {

        private RateLimitRetry.Builder applyTo(RateLimitRetry.Builder builder) {
            return builder.maxRetries(maxRetries)
                    .initialDelay(initialDelay)
                    .maxDelay(maxDelay)
                    .maxRetryAfter(maxRetryAfter);
        }
    }

    /** Puts the values into a builder. */
    public HttpOptions.Builder applyTo(HttpOptions.Builder builder) {
        return builder.requestTimeout(requestTimeout)
                .maxResponseBytes(InvalidPropertyException.toInt("http.maxResponseBytes", maxResponseBytes))
                .maxConnections(maxConnections)
                .maxPendingRequests(maxPendingRequests)
                .pendingTimeout(pendingTimeout)
                .maxIdleTime(maxIdleTime)
                .rateLimitRetry(rateLimitRetry::applyTo);
    }
}
