package io.agentruntime.codebolt;

import org.jspecify.annotations.Nullable;

/**
 * The line that opens fenced code. It may be indented by any amount, for code in lists is.
 *
 * @param indent the white space before it
 * @param marker three or more backticks or tildes
 * @param language the first word behind the marker, or empty
 * @param length the length of the line
 */
record Fence(String indent, String marker, String language, int length) {

    private static final int SHORTEST = 3;

    /** The fence that a line opens, if it does. */
    static @Nullable Fence opening(CharSequence text, int from, int to) {
        int start = skipSpaces(text, from, to);
        int end = runEnd(text, start, to);
        if (end - start < SHORTEST) {
            return null;
        }
        // A line such as ```code``` is inline code.
        for (int i = end; text.charAt(start) == '`' && i < to; i++) {
            if (text.charAt(i) == '`') {
                return null;
            }
        }
        int word = skipSpaces(text, end, to);
        int wordEnd = word;
        while (wordEnd < to && !Character.isWhitespace(text.charAt(wordEnd))) {
            wordEnd++;
        }
        return new Fence(
                text.subSequence(from, start).toString(),
                text.subSequence(start, end).toString(),
                text.subSequence(word, wordEnd).toString(),
                to - from);
    }

    /** Whether what stands here would be read as a fence at the beginning of a line. */
    static boolean startsAt(CharSequence text, int from, int to) {
        int start = skipSpaces(text, from, to);
        return runEnd(text, start, Math.min(to, start + SHORTEST)) - start == SHORTEST;
    }

    /** Whether a line closes this fence. */
    boolean isClosedBy(CharSequence text, int from, int to) {
        int start = skipSpaces(text, from, to);
        int end = runEnd(text, start, to);
        return end - start >= marker.length()
                && text.charAt(start) == marker.charAt(0)
                && skipSpaces(text, end, to) == to;
    }

    /** What the next chunk begins with. */
    String reopening() {
        return indent + marker + language + "\n";
    }

    /** What a chunk ends with, behind a line break. */
    String closing() {
        return indent + marker;
    }

    /** Whether there is room for a little code between its lines. */
    boolean fitsInto(int limit) {
        return length + 2 + closing().length() <= limit - limit / 3;
    }

    private static int skipSpaces(CharSequence text, int from, int to) {
        int i = from;
        while (i < to && (text.charAt(i) == ' ' || text.charAt(i) == '\t')) {
            i++;
        }
        return i;
    }

    private static int runEnd(CharSequence text, int from, int to) {
        int i = from;
        while (i < to
                && (text.charAt(i) == '`' || text.charAt(i) == '~')
                && (i == from || text.charAt(i) == text.charAt(from))) {
            i++;
        }
        return i;
    }
}
