package io.agentruntime.codebolt;

import io.agentruntime.codebolt.MessageChunker.Counting;
import java.util.ArrayList;
import java.util.List;

/** Splits one text that comes in parts. */
final class ChunkStream {

    private final StringBuilder held = new StringBuilder();
    private final List<String> chunks = new ArrayList<>();
    private final ChunkCursor cursor;
    private final int lookahead;

    ChunkStream(int limit, Counting counting) {
        this.cursor = new ChunkCursor(limit, counting, chunks);
        this.lookahead = counting == Counting.UTF16_UNITS
                ? ChunkCursor.WINDOWS * limit
                : 2 * ChunkCursor.WINDOWS * limit; // a code point is up to two chars
    }

    /** The chunks that are certain now. */
    List<String> add(String part) {
        held.append(part);
        int from = 0;
        while (held.length() - from > lookahead) {
            from = cursor.cut(held, from, false);
        }
        held.delete(0, from);
        return taken();
    }

    /** The rest. */
    List<String> finish() {
        int from = 0;
        while (from < held.length()) {
            from = cursor.cut(held, from, true);
        }
        held.setLength(0);
        return taken();
    }

    private List<String> taken() {
        List<String> taken = List.copyOf(chunks);
        chunks.clear();
        return taken;
    }
}
