package io.agentruntime.codebolt;

import io.agentruntime.codebolt.MessageChunker.Counting;
import org.jspecify.annotations.Nullable;

/** Measures a part of a text in the unit that counts. */
final class Ruler {

    private final Counting counting;
    private final CharSequence text;
    private final int from;
    private final int to;
    /** The code points before each char, where those count. */
    private final int @Nullable [] before;

    /** Over so many units of the text from here on, or up to its end. */
    Ruler(CharSequence text, int from, int units, Counting counting) {
        this.counting = counting;
        this.text = text;
        this.from = from;
        if (counting == Counting.UTF16_UNITS) {
            this.to = Math.min(text.length(), from + units);
            this.before = null;
        } else {
            this.before = new int[Math.min(text.length() - from, 2 * units) + 1];
            this.to = measure(before, units);
        }
    }

    private int measure(int[] counts, int units) {
        int index = from;
        for (int count = 0; count < units && index < text.length(); count++) {
            int next = next(index);
            counts[index - from] = count;
            counts[next - from] = count + 1;
            if (next - index == 2) {
                counts[index + 1 - from] = count + 1;
            }
            index = next;
        }
        return index;
    }

    private int next(int index) {
        return index + Character.charCount(Character.codePointAt(text, index));
    }

    /** Where the part ends. */
    int to() {
        return to;
    }

    /** The units between two places of the part. */
    int between(int start, int end) {
        return before == null ? end - start : before[end - from] - before[start - from];
    }

    /** The units of a piece of text that is added. */
    int units(String added) {
        return counting == Counting.UTF16_UNITS ? added.length() : added.codePointCount(0, added.length());
    }

    /** The last place within so many units from the beginning of the part, never inside a surrogate pair. */
    int last(int units) {
        int index = from;
        int next = index;
        while (next < to && between(from, next) <= units) {
            index = next;
            next = next(next);
        }
        return next <= to && between(from, next) <= units ? next : index;
    }
}
