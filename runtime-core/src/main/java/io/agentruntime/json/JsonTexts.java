package io.agentruntime.json;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * String fields of an object that have been checked and found, but not been made strings of: that happens when someone asks,
 * each time anew. Immutable; holds on to the frame they came in.
 */
public final class JsonTexts {

    private final byte[] bytes;

    /** For each field its start and its end; no end where there is no text, the complement of it where there are escapes. */
    private final int[] spans;

    JsonTexts(byte[] bytes, int[] spans) {
        this.bytes = bytes;
        this.spans = spans;
    }

    /** Whether the field at this place of the names asked for is a text, not absent and not {@code null}. */
    public boolean has(int field) {
        return spans[2 * field + 1] != 0;
    }

    /** Whether the field at this place of the names asked for is this text; no string is made of it, unless it has escapes. */
    public boolean is(int field, JsonName text) {
        int start = spans[2 * field];
        int end = spans[2 * field + 1];
        return end >= 0
                ? end != 0 && Arrays.equals(bytes, start, end, text.text, 0, text.text.length)
                : text.toString().equals(text(field));
    }

    /** The field at this place of the names asked for; {@code null} when it is absent or {@code null}. */
    public @Nullable String text(int field) {
        int start = spans[2 * field];
        int end = spans[2 * field + 1];
        if (end == 0) {
            return null;
        }
        return end > 0 ? JsonText.decode(bytes, start, end, false) : JsonText.decode(bytes, start, ~end, true);
    }

    /** Its size only, for it may be private. */
    @Override
    public String toString() {
        return "JsonTexts[" + spans.length / 2 + " fields]";
    }
}
