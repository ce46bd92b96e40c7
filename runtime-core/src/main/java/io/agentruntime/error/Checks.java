package io.agentruntime.error;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The checks of arguments and options: each failure is an {@link InvalidOptionException} that names the option. */
public final class Checks {

    /** What cannot be counted in nanoseconds, twice over; no clock runs that long. */
    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE / 2);

    private Checks() {}

    /** A value that there must be. */
    public static <T> T required(String option, @Nullable T value) {
        if (value == null) {
            throw new InvalidOptionException(option, "nothing", "is required");
        }
        return value;
    }

    /** A text that says something. */
    public static String text(String option, String value) {
        if (value.isBlank()) {
            throw new InvalidOptionException(option, "blank", "must not be blank");
        }
        return value;
    }

    /** A text of at most so many characters. */
    public static String atMost(String option, String value, int characters) {
        if (value.codePointCount(0, value.length()) > characters) {
            throw new InvalidOptionException(
                    option, value.length() + " characters", "must have at most " + characters + " characters");
        }
        return value;
    }

    /** A number within bounds, both of them included. */
    public static int range(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new InvalidOptionException(option, value, "must be from " + least + " to " + most);
        }
        return value;
    }

    /** A number that is not below its bound. */
    public static int atLeast(String option, int value, int least) {
        return (int) atLeast(option, (long) value, least);
    }

    /** A number that is not below its bound. */
    public static long atLeast(String option, long value, long least) {
        if (value < least) {
            throw new InvalidOptionException(option, value, "must be at least " + least);
        }
        return value;
    }

    /** A time that a timer can keep. */
    public static Duration positive(String option, Duration value) {
        if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(FOREVER) > 0) {
            throw new InvalidOptionException(option, value, "must be from 1 ms to 146 years");
        }
        return value;
    }

    /** A time that a timer can keep, or none. */
    public static Duration notNegative(String option, Duration value) {
        if (value.isNegative() || value.compareTo(FOREVER) > 0) {
            throw new InvalidOptionException(option, value, "must be from zero to 146 years");
        }
        return value;
    }
}
