package io.agentruntime.connection;

import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/** How long to wait before a retry. */
public interface DelayStrategy {

    /**
     * The delay before a retry.
     *
     * @param retry which retry, counted from 0
     * @param previous the delay before the one before; zero for the first
     * @param random where jitter comes from
     */
    Duration delay(int retry, Duration previous, RandomGenerator random);

    /** The delay before a retry that should wait as long as the strategy ever waits. */
    Duration longest(RandomGenerator random);

    /**
     * {@code min(initial * 2^retry, max) + random(0, jitter)}: Nookplot's documented formula, with {@code jitter} of one
     * second.
     */
    static DelayStrategy exponential(Duration initial, Duration max, Duration jitter) {
        check(initial, max);
        return new DelayStrategy() {
            @Override
            public Duration delay(int retry, Duration previous, RandomGenerator random) {
                return doubled(initial, max, retry).plus(upTo(jitter, random));
            }

            @Override
            public Duration longest(RandomGenerator random) {
                return max.plus(upTo(jitter, random));
            }
        };
    }

    /** {@code random(0, min(max, initial * 2^retry))}: spreads clients that lost their server at once. */
    static DelayStrategy fullJitter(Duration initial, Duration max) {
        check(initial, max);
        return new DelayStrategy() {
            @Override
            public Duration delay(int retry, Duration previous, RandomGenerator random) {
                return upTo(doubled(initial, max, retry), random);
            }

            @Override
            public Duration longest(RandomGenerator random) {
                return max;
            }
        };
    }

    /** {@code min(max, random(initial, previous * 3))}: each delay depends on the one before, without steps. */
    static DelayStrategy decorrelated(Duration initial, Duration max) {
        check(initial, max);
        return new DelayStrategy() {
            @Override
            public Duration delay(int retry, Duration previous, RandomGenerator random) {
                Duration ceiling = previous.multipliedBy(3);
                Duration spread = ceiling.compareTo(initial) > 0 ? ceiling.minus(initial) : Duration.ZERO;
                return shorter(initial.plus(upTo(spread, random)), max);
            }

            @Override
            public Duration longest(RandomGenerator random) {
                return max;
            }
        };
    }

    /** A fixed table; its last entry serves every retry beyond it. */
    static DelayStrategy table(List<Duration> delays) {
        List<Duration> steps = List.copyOf(delays);
        if (steps.isEmpty() || steps.stream().anyMatch(Duration::isNegative)) {
            throw new InvalidOptionException("reconnect.table", delays, "needs at least one delay, none negative");
        }
        return new DelayStrategy() {
            @Override
            public Duration delay(int retry, Duration previous, RandomGenerator random) {
                return steps.get(Math.min(retry, steps.size() - 1));
            }

            @Override
            public Duration longest(RandomGenerator random) {
                return steps.stream().max(Duration::compareTo).orElseThrow();
            }
        };
    }

    private static void check(Duration initial, Duration max) {
        Checks.positive("reconnect.initialDelay", initial);
        if (max.compareTo(initial) < 0) {
            throw new InvalidOptionException(
                    "reconnect.maxDelay", max, "must not be less than initialDelay " + initial);
        }
    }

    private static Duration doubled(Duration initial, Duration max, int retry) {
        Duration delay = initial;
        for (int i = 0; i < retry && delay.compareTo(max) < 0; i++) {
            delay = delay.multipliedBy(2);
        }
        return shorter(delay, max);
    }

    private static Duration upTo(Duration limit, RandomGenerator random) {
        long millis = limit.toMillis();
        return millis <= 0 ? Duration.ZERO : Duration.ofMillis(random.nextLong(millis + 1));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
