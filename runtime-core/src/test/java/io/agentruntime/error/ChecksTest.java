package io.agentruntime.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What passes the checks of options is given back; what does not is named. */
class ChecksTest {

    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

    private static void refused(String says, ThrowingCallable check) {
        assertThatThrownBy(check)
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("'option'")
                .hasMessageContaining(says);
    }

    @Test
    void aTimeIsOneThatATimerCanKeep() {
        assertThat(Checks.positive("option", Duration.ofMillis(1))).isEqualTo(Duration.ofMillis(1));
        assertThat(Checks.positive("option", LONGEST)).isEqualTo(LONGEST);
        refused("from 1 ms", () -> Checks.positive("option", Duration.ofNanos(999_999)));
        refused("146 years", () -> Checks.positive("option", LONGEST.plusNanos(1)));
        refused("146 years", () -> Checks.positive("option", Duration.ofSeconds(Long.MAX_VALUE)));
    }

    @Test
    void aTimeThatMayBeNoneIsNotNegative() {
        assertThat(Checks.notNegative("option", Duration.ZERO)).isEqualTo(Duration.ZERO);
        refused("from zero", () -> Checks.notNegative("option", Duration.ofNanos(-1)));
        refused("146 years", () -> Checks.notNegative("option", Duration.ofSeconds(Long.MAX_VALUE)));
    }

    @Test
    void aNumberIsWithinItsBounds() {
        assertThat(Checks.range("option", 1, 1, 3)).isEqualTo(1);
        assertThat(Checks.range("option", 3, 1, 3)).isEqualTo(3);
        refused("from 1 to 3", () -> Checks.range("option", 0, 1, 3));
        refused("from 1 to 3", () -> Checks.range("option", 4, 1, 3));
        assertThat(Checks.atLeast("option", 5, 5)).isEqualTo(5);
        assertThat(Checks.atLeast("option", 1L << 40, 5L)).isEqualTo(1L << 40);
        refused("at least 5", () -> Checks.atLeast("option", 4, 5));
    }

    @Test
    void aTextSaysSomethingAndNotTooMuch() {
        assertThat(Checks.text("option", "a")).isEqualTo("a");
        refused("blank", () -> Checks.text("option", " \t"));
        assertThat(Checks.atMost("option", "\uD83D\uDE00\uD83D\uDE00", 2)).hasSize(4);
        refused("at most 2", () -> Checks.atMost("option", "abc", 2));
    }

    @Test
    void whatThereMustBeIsRequired() {
        assertThat(Checks.required("option", "here")).isEqualTo("here");
        refused("is required", () -> Checks.required("option", null));
    }
}
