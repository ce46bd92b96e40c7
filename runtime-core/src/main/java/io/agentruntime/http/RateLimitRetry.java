package io.agentruntime.http;

import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import java.time.Duration;

/**
 * How requests that the gateway answers with 429 are sent again. A 429 says that the request was not processed, so this
 * holds for every method.
 *
 * <p>The n-th retry (from 0) waits {@code min(initialDelay * 2^n, maxDelay)} with a jitter of 20 % either way. Where the
 * answer's {@code Retry-After} asks for more, that rules, with a jitter of up to 20 % upwards only.
 *
 * @param maxRetries retries of one request; 4 by default, 0 for none
 * @param initialDelay the first delay; 5 s by default
 * @param maxDelay the longest delay before jitter, unless {@code Retry-After} asks for more; 60 s by default
 * @param maxRetryAfter the longest {@code Retry-After} to wait for; 10 minutes by default. A longer one fails the request
 *     at once with {@link io.agentruntime.error.HttpStatusException.RateLimited}, which tells it.
 */
public record RateLimitRetry(int maxRetries, Duration initialDelay, Duration maxDelay, Duration maxRetryAfter) {

    /** A builder with every option at its default. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects the options of a {@link RateLimitRetry}. */
    public static final class Builder {

        private int maxRetries = 4;
        private Duration initialDelay = Duration.ofSeconds(5);
        private Duration maxDelay = Duration.ofSeconds(60);
        private Duration maxRetryAfter = Duration.ofMinutes(10);

        private Builder() {}

        /** Retries of one request; 0 to 100, 4 by default. */
        public Builder maxRetries(int maxRetries) {
            this.maxRetries = Checks.range("http.rateLimitRetry.maxRetries", maxRetries, 0, 100);
            return this;
        }

        /** The first delay; 5 s by default. */
        public Builder initialDelay(Duration initialDelay) {
            this.initialDelay = HttpOptions.positive("http.rateLimitRetry.initialDelay", initialDelay);
            return this;
        }

        /** The longest delay before jitter, unless {@code Retry-After} asks for more; 60 s by default. */
        public Builder maxDelay(Duration maxDelay) {
            this.maxDelay = HttpOptions.positive("http.rateLimitRetry.maxDelay", maxDelay);
            return this;
        }

        /** The longest {@code Retry-After} to wait for; 10 minutes by default. */
        public Builder maxRetryAfter(Duration maxRetryAfter) {
            this.maxRetryAfter = HttpOptions.positive("http.rateLimitRetry.maxRetryAfter", maxRetryAfter);
            return this;
        }

        /** The options, ready to use. */
        public RateLimitRetry build() {
            if (maxDelay.compareTo(initialDelay) < 0) {
                throw new InvalidOptionException(
                        "http.rateLimitRetry.maxDelay", maxDelay, "must not be less than initialDelay " + initialDelay);
            }
            return new RateLimitRetry(maxRetries, initialDelay, maxDelay, maxRetryAfter);
        }
    }
}
