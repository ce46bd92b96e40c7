package io.agentruntime.net;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the header {@code Retry-After}: seconds, or an HTTP date (RFC 9110, section 10.2.3). */
public final class RetryAfter {

    private RetryAfter() {}

    /**
     * The time to wait, counted from {@code now}; zero for a date that has passed, empty when there is no header or it
     * is neither form. Never fails.
     */
    public static Optional<Duration> parse(@Nullable String header, Instant now) {
        if (header == null || header.isBlank()) {
            return Optional.empty();
        }
        String value = header.strip();
        try {
            if (value.chars().allMatch(c -> c >= '0' && c <= '9')) {
                // More than nine digits are no number to compute with: 31 years say the same.
                return Optional.of(Duration.ofSeconds(value.length() > 9 ? 999_999_999 : Long.parseLong(value)));
            }
            Instant date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(now, date);
            return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
