package io.agentruntime.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.InvalidOptionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class DelayStrategyTest {

    private static final RandomGenerator LEAST = new RandomGenerator() {
        @Override
        public long nextLong() {
            return 0;
        }

        @Override
        public long nextLong(long bound) {
            return 0;
        }
    };

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HALF_MINUTE = Duration.ofSeconds(30);

    private static List<Long> millis(DelayStrategy strategy, int count, RandomGenerator random) {
        List<Long> delays = new ArrayList<>();
        Duration previous = Duration.ZERO;
        for (int retry = 0; retry < count; retry++) {
            previous = strategy.delay(retry, previous, random);
            delays.add(previous.toMillis());
        }
        return delays;
    }

    @Test
    void theDocumentedFormulaDoublesUpToItsCeilingAndAddsJitter() {
        DelayStrategy strategy = DelayStrategy.exponential(SECOND, HALF_MINUTE, SECOND);

        assertThat(millis(strategy, 7, LEAST)).containsExactly(1000L, 2000L, 4000L, 8000L, 16000L, 30000L, 30000L);
        assertThat(millis(strategy, 3, ScriptedGateway.MOST)).containsExactly(2000L, 3000L, 5000L);
        assertThat(strategy.longest(ScriptedGateway.MOST)).isEqualTo(Duration.ofSeconds(31));
    }

    @Test
    void theExponentNeverOverflows() {
        DelayStrategy strategy = DelayStrategy.exponential(SECOND, Duration.ofDays(1), Duration.ZERO);

        assertThat(strategy.delay(Integer.MAX_VALUE, Duration.ZERO, LEAST)).isEqualTo(Duration.ofDays(1));
    }

    @Test
    void fullJitterReachesFromZeroToTheCeiling() {
        DelayStrategy strategy = DelayStrategy.fullJitter(SECOND, HALF_MINUTE);

        assertThat(millis(strategy, 7, LEAST)).containsOnly(0L);
        assertThat(millis(strategy, 7, ScriptedGateway.MOST))
                .containsExactly(1000L, 2000L, 4000L, 8000L, 16000L, 30000L, 30000L);
        assertThat(strategy.longest(LEAST)).isEqualTo(HALF_MINUTE);
    }

    @Test
    void decorrelatedJitterStaysBetweenItsFloorAndThreeTimesTheDelayBefore() {
        DelayStrategy strategy = DelayStrategy.decorrelated(SECOND, HALF_MINUTE);
        Random random = new Random(7);
        Duration previous = Duration.ZERO;
        for (int retry = 0; retry < 1000; retry++) {
            Duration delay = strategy.delay(retry, previous, random);
            assertThat(delay).isBetween(SECOND, HALF_MINUTE);
            assertThat(delay.toMillis()).isLessThanOrEqualTo(Math.max(1000, previous.toMillis() * 3));
            previous = delay;
        }
        assertThat(millis(strategy, 5, ScriptedGateway.MOST)).containsExactly(1000L, 3000L, 9000L, 27000L, 30000L);
    }

    @Test
    void aTableServesItsLastEntryForEver() {
        DelayStrategy strategy = DelayStrategy.table(List.of(Duration.ofMillis(10), Duration.ofMillis(50)));

        assertThat(millis(strategy, 4, LEAST)).containsExactly(10L, 50L, 50L, 50L);
        assertThat(strategy.longest(LEAST)).isEqualTo(Duration.ofMillis(50));
    }

    @Test
    void badValuesAreNamed() {
        assertThatThrownBy(() -> ReconnectPolicy.documented().maxRetries(-1))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("reconnect.maxRetries")
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> ReconnectPolicy.documented().initialDelay(Duration.ZERO))
                .hasMessageContaining("reconnect.initialDelay");
        assertThatThrownBy(() -> ReconnectPolicy.documented()
                        .initialDelay(Duration.ofSeconds(60))
                        .build())
                .hasMessageContaining("reconnect.maxDelay");
        assertThatThrownBy(() -> ReconnectPolicy.documented().stableAfter(Duration.ofSeconds(-1)))
                .hasMessageContaining("reconnect.stableAfter");
        assertThatThrownBy(() -> DelayStrategy.table(List.of())).hasMessageContaining("reconnect.table");
    }
}
