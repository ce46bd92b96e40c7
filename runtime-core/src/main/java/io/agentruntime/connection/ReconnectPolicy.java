package io.agentruntime.connection;

import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.error.RuntimeClientException;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Whether and when a lost connection is tried again.
 *
 * @param maxRetries retries in a row before giving up; {@link #UNLIMITED} for no end
 * @param delays how long to wait before each
 * @param retryInitialConnect whether the first attempt of {@code connect()} follows the policy too, instead of failing
 * @param stableAfter how long a session must last before the count of retries starts again
 * @param maxRetryAfter the longest {@code Retry-After} of a server that is honoured; a longer one counts as this
 */
public record ReconnectPolicy(
        int maxRetries,
        DelayStrategy delays,
        boolean retryInitialConnect,
        Duration stableAfter,
        Duration maxRetryAfter) {

    /** No limit to the number of retries. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** Nookplot's defaults, as documented: 10 retries, {@code min(1 s * 2^n, 30 s) + random(0, 1 s)}. */
    public static Builder documented() {
        return new Builder(10, Duration.ofSeconds(1), Duration.ofSeconds(30), Formula.DOCUMENTED);
    }

    /** The other protocols' defaults: full jitter {@code random(0, min(30 s, 1 s * 2^n))}, without end. */
    public static Builder fullJitter() {
        return new Builder(UNLIMITED, Duration.ofSeconds(1), Duration.ofSeconds(30), Formula.FULL_JITTER);
    }

    /**
     * A delay that is not less than what the server asked for with a failure, as far as this policy heeds it.
     *
     * @param delay the delay without that
     * @param random where jitter comes from
     */
    public Duration heeding(Throwable error, Duration delay, RandomGenerator random) {
        Duration asked = error instanceof RuntimeClientException known
                ? known.retryAfter().orElse(Duration.ZERO)
                : Duration.ZERO;
        Duration bound = asked.compareTo(maxRetryAfter) > 0 ? maxRetryAfter : asked;
        if (bound.compareTo(delay) <= 0) {
            return delay;
        }
        // Everybody who was refused at that moment got the same bound: spread out behind it.
        return bound.plusMillis(random.nextLong(bound.toMillis() / 5 + 1));
    }

    private enum Formula {
        DOCUMENTED,
        FULL_JITTER
    }

    /** Builds a {@link ReconnectPolicy}. */
    public static final class Builder {

        private final Formula formula;
        private int maxRetries;
        private Duration initialDelay;
        private Duration maxDelay;
        private boolean retryInitialConnect;
        private Duration stableAfter = Duration.ofSeconds(5);
        private Duration maxRetryAfter = Duration.ofMinutes(10);
        private @Nullable DelayStrategy strategy;

        private Builder(int maxRetries, Duration initialDelay, Duration maxDelay, Formula formula) {
            this.maxRetries = maxRetries;
            this.initialDelay = initialDelay;
            this.maxDelay = maxDelay;
            this.formula = formula;
        }

        /** Retries in a row before the state turns {@code Failed}; 0 gives up at the first loss. */
        public Builder maxRetries(int retries) {
            this.maxRetries = Checks.atLeast("reconnect.maxRetries", retries, 0);
            return this;
        }

        /** Never gives up. */
        public Builder unlimitedRetries() {
            return maxRetries(UNLIMITED);
        }

        /** The delay before the first retry, before jitter; default 1 s. */
        public Builder initialDelay(Duration delay) {
            this.initialDelay = Checks.positive("reconnect.initialDelay", delay);
            return this;
        }

        /** The ceiling of the delays, before jitter; default 30 s. */
        public Builder maxDelay(Duration delay) {
            this.maxDelay = Checks.positive("reconnect.maxDelay", delay);
            return this;
        }

        /** Another strategy than the protocol's formula; {@code initialDelay} and {@code maxDelay} then have no effect. */
        public Builder strategy(DelayStrategy delays) {
            this.strategy = delays;
            return this;
        }

        /** Whether the first attempt of {@code connect()} follows the policy too; default {@code false}: it fails. */
        public Builder retryInitialConnect(boolean retry) {
            this.retryInitialConnect = retry;
            return this;
        }

        /** How long a session must last before the count of retries starts again; default 5 s. */
        public Builder stableAfter(Duration duration) {
            this.stableAfter = Checks.notNegative("reconnect.stableAfter", duration);
            return this;
        }

        /** The longest {@code Retry-After} that is honoured; default 10 min. A longer one, garbage mostly, counts as this. */
        public Builder maxRetryAfter(Duration limit) {
            this.maxRetryAfter = Checks.notNegative("reconnect.maxRetryAfter", limit);
            return this;
        }

        /** The policy. Errors: {@link InvalidOptionException} when {@code maxDelay} is less than {@code initialDelay}. */
        public ReconnectPolicy build() {
            return new ReconnectPolicy(maxRetries, delays(), retryInitialConnect, stableAfter, maxRetryAfter);
        }

        private DelayStrategy delays() {
            if (strategy != null) {
                return strategy;
            }
            return switch (formula) {
                case DOCUMENTED -> DelayStrategy.exponential(initialDelay, maxDelay, Duration.ofSeconds(1));
                case FULL_JITTER -> DelayStrategy.fullJitter(initialDelay, maxDelay);
            };
        }
    }
}
