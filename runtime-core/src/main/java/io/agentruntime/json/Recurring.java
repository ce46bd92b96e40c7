package io.agentruntime.json;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Texts that come again and again, such as topics and events, so that they need not be made anew for each frame. It holds a
 * few short ones; of two that want the same place the later has it. May be used by many threads at once: at worst a text is
 * made twice.
 */
final class Recurring {

    private static final int PLACES = 64;
    private static final int LONGEST = 64;

    private final @Nullable JsonName[] known = new @Nullable JsonName[PLACES];

    /** The text of a string without escapes, which lies there. */
    String text(byte[] in, int start, int end) {
        if (end - start > LONGEST) {
            return JsonText.decode(in, start, end, false);
        }
        int place = place(in, start, end);
        JsonName candidate = known[place];
        if (candidate != null && Arrays.equals(in, start, end, candidate.text, 0, candidate.text.length)) {
            return candidate.toString();
        }
        String text = JsonText.decode(in, start, end, false);
        known[place] = JsonName.of(text);
        return text;
    }

    private static int place(byte[] in, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + in[i];
        }
        return (hash ^ hash >>> 16) & (PLACES - 1);
    }
}
