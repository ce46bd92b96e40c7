package io.agentruntime.codebolt;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of a text, as fenced code sees it.
 *
 * @param start where it starts
 * @param end where it ends, without its line break and the white space before that
 * @param kind what it is
 * @param before the fence that is open before it
 * @param after the fence that is open behind it
 */
record ChunkLine(
        int start,
        int end,
        Kind kind,
        @Nullable Fence before,
        @Nullable Fence after) {

    enum Kind {
        /** Nothing but white space. */
        BLANK,
        TEXT,
        /** Opens fenced code. */
        OPENS,
        /** Closes it. */
        CLOSES,
        /** Neither, but its beginning alone could be. */
        LIKE_A_FENCE
    }

    /** The fence that is open when the text is split in this line. */
    @Nullable
    Fence openAt(int position) {
        return kind == Kind.OPENS || position >= end ? after : before;
    }

    /** Whether the line is better kept whole. */
    boolean isFenceLike() {
        return kind == Kind.OPENS || kind == Kind.CLOSES || kind == Kind.LIKE_A_FENCE;
    }

    /**
     * The lines of a part of a text.
     *
     * @param fence what is open at its beginning
     * @param limit of a chunk; fences that do not fit into it are none
     */
    static List<ChunkLine> read(CharSequence text, int from, int to, @Nullable Fence fence, int limit) {
        List<ChunkLine> lines = new ArrayList<>();
        Fence open = fence;
        int start = from;
        while (start <= to) {
            int end = start;
            while (end < to && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
                end++;
            }
            ChunkLine line = readLine(text, start, end, open, limit);
            lines.add(line);
            open = line.after;
            boolean pair = end + 1 < to && text.charAt(end) == '\r' && text.charAt(end + 1) == '\n';
            start = end + (pair ? 2 : 1);
        }
        return lines;
    }

    private static ChunkLine readLine(CharSequence text, int start, int end, @Nullable Fence open, int limit) {
        int textEnd = end;
        while (textEnd > start && Character.isWhitespace(text.charAt(textEnd - 1))) {
            textEnd--;
        }
        return textEnd == start
                ? new ChunkLine(start, start, Kind.BLANK, open, open)
                : readText(text, start, textEnd, open, limit);
    }

    private static ChunkLine readText(CharSequence text, int start, int end, @Nullable Fence open, int limit) {
        if (!Fence.startsAt(text, start, end)) {
            return new ChunkLine(start, end, Kind.TEXT, open, open);
        }
        if (open != null) {
            return open.isClosedBy(text, start, end)
                    ? new ChunkLine(start, end, Kind.CLOSES, open, null)
                    : new ChunkLine(start, end, Kind.LIKE_A_FENCE, open, open);
        }
        Fence opened = Fence.opening(text, start, end);
        return opened != null && opened.fitsInto(limit)
                ? new ChunkLine(start, end, Kind.OPENS, null, opened)
                : new ChunkLine(start, end, Kind.LIKE_A_FENCE, null, null);
    }
}
