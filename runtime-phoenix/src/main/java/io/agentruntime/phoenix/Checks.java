package io.agentruntime.phoenix;

import io.agentruntime.error.InvalidOptionException;
import java.time.Duration;

/** Checks of arguments and options; each failure names the option. */
final class Checks {

    private Checks() {}

    /** What cannot be counted in nanoseconds; no clock runs that long. */
    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE / 2);

    static Duration positive(String option, Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(FOREVER) > 0) {
            throw new InvalidOptionException(option, value, "must be from 1 ms to 146 years");
        }
        return value;
    }

    static String text(String option, String value) {
        if (value.isBlank()) {
            throw new InvalidOptionException(option, "blank", "must not be blank");
        }
        return value;
    }

    static String topic(String value) {
        if (value.equals(PhoenixSession.TOPIC)) {
            throw new InvalidOptionException("topic", value, "is that of the heartbeats, which nobody joins");
        }
        return text("topic", value);
    }

    /** A header or parameter has to carry it; the value is not shown. */
    static String secret(String option, String value) {
        if (value.isEmpty() || !value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new InvalidOptionException(
                    option, "a value of " + value.length() + " characters", "must be visible ASCII characters");
        }
        return value;
    }
}
