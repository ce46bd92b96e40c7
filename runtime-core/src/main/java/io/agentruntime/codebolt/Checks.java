package io.agentruntime.codebolt;

import io.agentruntime.error.InvalidOptionException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Checks of arguments and options; each failure names the option. */
final class Checks {

    private Checks() {}

    static String text(String option, String value) {
        if (value.isBlank()) {
            throw new InvalidOptionException(option, "blank", "must not be blank");
        }
        return value;
    }

    static int range(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new InvalidOptionException(option, value, "must be from " + least + " to " + most);
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

    static <T> T required(String option, @Nullable T value) {
        if (value == null) {
            throw new InvalidOptionException(option, "nothing", "is required");
        }
        return value;
    }
}
