package io.agentruntime.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReconnectPolicyTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private static List<Long> delays(ReconnectPolicy policy) {
        return IntStream.range(0, 6)
                .mapToObj(retry -> policy.delays().delay(retry, Duration.ZERO, ScriptedGateway.MOST))
                .map(Duration::toMillis)
                .toList();
    }

    @Test
    void theDocumentedPolicyEndsAfterTenRetries() {
        ReconnectPolicy policy = ReconnectPolicy.documented().build();

        assertThat(policy.maxRetries()).isEqualTo(10);
        assertThat(policy.stableAfter()).isEqualTo(Duration.ofSeconds(5));
        assertThat(policy.retryInitialConnect()).isFalse();
        assertThat(delays(policy)).containsExactly(2000L, 3000L, 5000L, 9000L, 17000L, 31000L);
    }

    @Test
    void fullJitterIsWithoutEnd() {
        ReconnectPolicy policy = ReconnectPolicy.fullJitter().build();

        assertThat(policy.maxRetries()).isEqualTo(ReconnectPolicy.UNLIMITED);
        assertThat(delays(policy)).containsExactly(1000L, 2000L, 4000L, 8000L, 16000L, 30000L);
    }

    @Test
    void eachOptionIsTaken() {
        ReconnectPolicy policy = ReconnectPolicy.documented()
                .unlimitedRetries()
                .initialDelay(Duration.ofMillis(500))
                .maxDelay(Duration.ofSeconds(2))
                .stableAfter(Duration.ZERO)
                .retryInitialConnect(true)
                .build();

        assertThat(policy.maxRetries()).isEqualTo(ReconnectPolicy.UNLIMITED);
        assertThat(policy.stableAfter()).isZero();
        assertThat(policy.retryInitialConnect()).isTrue();
        assertThat(delays(policy)).containsExactly(1500L, 2000L, 3000L, 3000L, 3000L, 3000L);
    }

    @Test
    void aStrategyOfTheUsersOwnRules() {
        DelayStrategy own = DelayStrategy.table(List.of(SECOND));

        assertThat(ReconnectPolicy.documented().strategy(own).build().delays()).isSameAs(own);
    }

    @Test
    void aDelayThatNeverGrowsIsAllowed() {
        assertThat(delays(ReconnectPolicy.fullJitter().maxDelay(SECOND).build()))
                .containsOnly(1000L);
        assertThat(DelayStrategy.decorrelated(SECOND, SECOND).longest(ScriptedGateway.MOST))
                .isEqualTo(SECOND);
    }

    @Test
    void aCeilingBelowTheFirstDelayIsRefusedByEveryStrategy() {
        Duration less = Duration.ofMillis(999);

        assertThatThrownBy(() -> DelayStrategy.fullJitter(SECOND, less)).hasMessageContaining("reconnect.maxDelay");
        assertThatThrownBy(() -> DelayStrategy.decorrelated(SECOND, less)).hasMessageContaining("reconnect.maxDelay");
        assertThatThrownBy(() -> DelayStrategy.exponential(SECOND, less, SECOND))
                .hasMessageContaining("reconnect.maxDelay");
        assertThatThrownBy(() -> ReconnectPolicy.documented().maxDelay(Duration.ZERO))
                .hasMessageContaining("reconnect.maxDelay");
        assertThatThrownBy(() -> ReconnectPolicy.documented().maxDelay(SECOND.negated()))
                .hasMessageContaining("reconnect.maxDelay");
    }
}
