package io.agentruntime.http;

import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.ratelimiter.RateLimiter;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The limits of HTTP requests and of the connections they use. Immutable. */
public final class HttpOptions {

    private final Duration requestTimeout;
    private final int maxResponseBytes;
    private final int maxConnections;
    private final int maxPendingRequests;
    private final Duration pendingTimeout;
    private final Duration maxIdleTime;
    private final RateLimitRetry rateLimitRetry;
    private final @Nullable CircuitBreaker circuitBreaker;
    private final @Nullable RateLimiter rateLimiter;

    private HttpOptions(Builder builder) {
        this.requestTimeout = builder.requestTimeout;
        this.maxResponseBytes = builder.maxResponseBytes;
        this.maxConnections = builder.maxConnections;
        this.maxPendingRequests = builder.maxPendingRequests;
        this.pendingTimeout = builder.pendingTimeout;
        this.maxIdleTime = builder.maxIdleTime;
        this.rateLimitRetry = builder.rateLimitRetry;
        this.circuitBreaker = builder.circuitBreaker;
        this.rateLimiter = builder.rateLimiter;
    }

    /** Every option at its default. */
    public static HttpOptions defaults() {
        return builder().build();
    }

    /** A builder with every option at its default. */
    public static Builder builder() {
        return new Builder();
    }

    /** The absolute limit of one try, from asking for a connection to the last byte of the answer. */
    public Duration requestTimeout() {
        return requestTimeout;
    }

    /** The largest answer to read, in bytes. */
    public int maxResponseBytes() {
        return maxResponseBytes;
    }

    /** Connections open at the same time to one gateway. */
    public int maxConnections() {
        return maxConnections;
    }

    /** Requests that may wait for a connection. */
    public int maxPendingRequests() {
        return maxPendingRequests;
    }

    /** How long a request may wait for a connection. */
    public Duration pendingTimeout() {
        return pendingTimeout;
    }

    /** How long an unused connection is kept. */
    public Duration maxIdleTime() {
        return maxIdleTime;
    }

    /** What happens after a 429. */
    public RateLimitRetry rateLimitRetry() {
        return rateLimitRetry;
    }

    /** The circuit breaker that every try passes; {@code null} for none. */
    public @Nullable CircuitBreaker circuitBreaker() {
        return circuitBreaker;
    }

    /** The rate limiter that every try passes; {@code null} for none. */
    public @Nullable RateLimiter rateLimiter() {
        return rateLimiter;
    }

    static Duration positive(String option, Duration value) {
        // Above a day it is a mistake, and the arithmetic on it stays far from its bounds.
        if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(Duration.ofDays(1)) > 0) {
            throw new InvalidOptionException(option, value, "must be 1 ms to 1 day");
        }
        return value;
    }

    /** Collects the options of a {@link HttpOptions}. */
    public static final class Builder {

        private Duration requestTimeout = Duration.ofSeconds(30);
        private int maxResponseBytes = 8 * 1024 * 1024;
        private int maxConnections = 16;
        private int maxPendingRequests = 256;
        private Duration pendingTimeout = Duration.ofSeconds(10);
        // Node.js, which the gateways run on, closes a connection after 5 s without a request: sooner is safer than a
        // race.
        private Duration maxIdleTime = Duration.ofSeconds(4);
        private RateLimitRetry rateLimitRetry = RateLimitRetry.builder().build();
        private @Nullable CircuitBreaker circuitBreaker;
        private @Nullable RateLimiter rateLimiter;

        private Builder() {}

        /** The absolute limit of one try, from asking for a connection to the last byte of the answer; 30 s by default. */
        public Builder requestTimeout(Duration requestTimeout) {
            this.requestTimeout = positive("http.requestTimeout", requestTimeout);
            return this;
        }

        /** The largest answer to read, in bytes; 8 MiB by default. */
        public Builder maxResponseBytes(int maxResponseBytes) {
            this.maxResponseBytes = Checks.atLeast("http.maxResponseBytes", maxResponseBytes, 1);
            return this;
        }

        /** Connections open at the same time to one gateway; 16 by default. */
        public Builder maxConnections(int maxConnections) {
            this.maxConnections = Checks.atLeast("http.maxConnections", maxConnections, 1);
            return this;
        }

        /** Requests that may wait for a connection, beyond which they fail unsent; 256 by default. */
        public Builder maxPendingRequests(int maxPendingRequests) {
            this.maxPendingRequests = Checks.atLeast("http.maxPendingRequests", maxPendingRequests, 1);
            return this;
        }

        /** How long a request may wait for a connection before it fails unsent; 10 s by default. */
        public Builder pendingTimeout(Duration pendingTimeout) {
            this.pendingTimeout = positive("http.pendingTimeout", pendingTimeout);
            return this;
        }

        /** How long an unused connection is kept; 4 s by default. Keep it below the gateway's own limit. */
        public Builder maxIdleTime(Duration maxIdleTime) {
            this.maxIdleTime = positive("http.maxIdleTime", maxIdleTime);
            return this;
        }

        /** What happens after a 429. */
        public Builder rateLimitRetry(UnaryOperator<RateLimitRetry.Builder> spec) {
            this.rateLimitRetry = spec.apply(RateLimitRetry.builder()).build();
            return this;
        }

        /**
         * A circuit breaker that every try passes; none by default. Answers of 5xx and failed exchanges count as errors; a
         * call that it does not permit fails with {@link io.agentruntime.error.CallRefusedException}. Needs the optional
         * dependency {@code resilience4j-circuitbreaker}.
         */
        public Builder circuitBreaker(CircuitBreaker circuitBreaker) {
            this.circuitBreaker = circuitBreaker;
            return this;
        }

        /**
         * A rate limiter that paces every try; none by default. A try waits for its permit without blocking and outside of
         * {@code requestTimeout}; when the limiter has none within its own time limit, the call fails with {@link
         * io.agentruntime.error.CallRefusedException}. Needs the optional dependency {@code resilience4j-ratelimiter}.
         */
        public Builder rateLimiter(RateLimiter rateLimiter) {
            this.rateLimiter = rateLimiter;
            return this;
        }

        /** The options, ready to use. */
        public HttpOptions build() {
            return new HttpOptions(this);
        }
    }
}
