package io.agentruntime.codebolt;

import io.agentruntime.codebolt.MessageChunker.Counting;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks through one text and cuts a chunk off at each step. A step looks no further than {@link #WINDOWS} times the limit,
 * so that a text that is still being written is split like one that is there as a whole.
 */
final class ChunkCursor {

    /** What may end in the chunk begins in it, and is no longer than one. */
    static final int WINDOWS = 2;

    private final int limit;
    private final Counting counting;
    private final List<String> chunks;
    private @Nullable Fence fence;
    private boolean afterSplit;

    ChunkCursor(int limit, Counting counting, List<String> chunks) {
        this.limit = limit;
        this.counting = counting;
        this.chunks = chunks;
    }

    /**
     * Does one step: drops the white space at the last split, or cuts one chunk off.
     *
     * @param complete whether the text will get no longer; when it may, there must be more of it than a step looks at
     * @return where to go on
     */
    int cut(CharSequence text, int from, boolean complete) {
        if (afterSplit) {
            int start = dropGap(text, from, complete);
            if (start != from) {
                return start;
            }
        }
        afterSplit = false;
        Ruler ruler = new Ruler(text, from, WINDOWS * limit, counting);
        ChunkWindow window = new ChunkWindow(text, from, complete && ruler.to() == text.length(), ruler, fence, limit);
        int end = window.end();
        if (end == from) {
            int start = window.skipSpace();
            if (start > from) {
                afterSplit = true;
                return start; // an indentation that leaves no room, or nothing but white space
            }
            end = window.cutGrapheme(fence);
        }
        chunks.add(chunk(text.subSequence(from, end).toString(), fence, window.openAt(end)));
        fence = window.openAt(end);
        afterSplit = true;
        return end;
    }

    private static String chunk(String content, @Nullable Fence before, @Nullable Fence after) {
        String opened = before == null ? content : before.reopening() + content;
        if (after == null) {
            return opened;
        }
        return opened + (content.endsWith("\n") ? "" : "\n") + after.closing();
    }

    /** Passes over the white space at a split, but for the indentation of the line that follows. */
    private int dropGap(CharSequence text, int from, boolean complete) {
        int end = from;
        int lastBreak = -1;
        while (end < text.length() && Character.isWhitespace(text.charAt(end))) {
            if (text.charAt(end) == '\n' || text.charAt(end) == '\r') {
                lastBreak = end;
            }
            end++;
        }
        if (end == text.length()) {
            return complete ? end : heldBack(from, end, lastBreak);
        }
        boolean indented = lastBreak >= 0 && end - lastBreak - 1 <= limit / 2;
        afterSplit = false;
        return indented ? lastBreak + 1 : wholeGrapheme(text, from, end);
    }

    /** The white space may go on: what has to be known of it then. */
    private int heldBack(int from, int end, int lastBreak) {
        return lastBreak >= 0 && end - lastBreak - 1 <= limit / 2 ? lastBreak : Math.max(from, end - 1);
    }

    /** A space with an accent on it is no white space to drop. */
    private static int wholeGrapheme(CharSequence text, int from, int end) {
        return end == from || ChunkWindow.standsAlone(text, end - 1) ? end : end - 1;
    }
}
