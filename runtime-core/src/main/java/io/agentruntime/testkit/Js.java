package io.agentruntime.testkit;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How the real gateway, written in JavaScript over PostgreSQL, reads what it is given. */
final class Js {

    private static final Pattern LEADING_INT = Pattern.compile("\\s*([+-]?\\d{1,9})");
    private static final Pattern UUID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private Js() {}

    /** {@code parseInt(text) || fallback}: zero and nonsense become the fallback, a tail is ignored. */
    static int intOr(@Nullable String text, int fallback) {
        if (text != null) {
            Matcher number = LEADING_INT.matcher(text);
            if (number.lookingAt()) {
                int value = Integer.parseInt(number.group(1));
                return value == 0 ? fallback : value;
            }
        }
        return fallback;
    }

    static boolean isUuid(String text) {
        return UUID.matcher(text).matches();
    }
}
