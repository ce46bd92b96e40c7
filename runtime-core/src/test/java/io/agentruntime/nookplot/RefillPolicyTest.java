package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RefillPolicyTest {

    private static final RefillPolicy DEFAULTS = RefillPolicy.defaults();

    @Test
    void theDefaultsAreThoseOfTheDocumentation() {
        assertThat(DEFAULTS).isEqualTo(new RefillPolicy(Duration.ofHours(1), 1000, Duration.ofSeconds(10)));
    }

    @Test
    void eachOptionChangesAlone() {
        Duration other = Duration.ofMinutes(5);

        assertThat(DEFAULTS.withMaxAge(other)).isEqualTo(new RefillPolicy(other, 1000, Duration.ofSeconds(10)));
        assertThat(DEFAULTS.withMaxMessages(7))
                .isEqualTo(new RefillPolicy(Duration.ofHours(1), 7, Duration.ofSeconds(10)));
        assertThat(DEFAULTS.withOverlap(other)).isEqualTo(new RefillPolicy(Duration.ofHours(1), 1000, other));
    }

    @Test
    void badValuesAreNamed() {
        assertThatThrownBy(() -> DEFAULTS.withMaxAge(Duration.ZERO)).hasMessageContaining("refill.maxAge");
        assertThatThrownBy(() -> DEFAULTS.withMaxMessages(0)).hasMessageContaining("refill.maxMessages");
        assertThatThrownBy(() -> DEFAULTS.withMaxMessages(1_000_001)).hasMessageContaining("refill.maxMessages");
        assertThatThrownBy(() -> DEFAULTS.withOverlap(Duration.ZERO)).hasMessageContaining("refill.overlap");
    }
}
