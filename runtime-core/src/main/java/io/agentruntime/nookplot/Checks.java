package io.agentruntime.nookplot;

import io.agentruntime.error.InvalidOptionException;
import java.time.Duration;

/** Checks of arguments and options; each failure names the option. */
final class Checks {

    private Checks() {}

    static int range(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new InvalidOptionException(
                    option,
                    value,
                    most == Integer.MAX_VALUE ? "must be at least " + least : "must be from " + least + " to " + most);
        }
        return value;
    }

    static String text(String option, String value) {
        if (value.isBlank()) {
            throw new InvalidOptionException(option, "blank", "must not be blank");
        }
        return value;
    }

    static String atMost(String option, String value, int characters) {
        if (value.codePointCount(0, value.length()) > characters) {
            throw new InvalidOptionException(
                    option, value.length() + " characters", "must have at most " + characters + " characters");
        }
        return value;
    }

    static Duration positive(String option, Duration value) {
        if (value.toMillis() < 1) {
            throw new InvalidOptionException(option, value, "must be at least 1 ms");
        }
        return value;
    }

    static Duration notNegative(String option, Duration value) {
        if (value.isNegative()) {
            throw new InvalidOptionException(option, value, "must not be negative");
        }
        return value;
    }
}
