package io.agentruntime.codebolt;

import io.agentruntime.error.Checks;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;

/**
 * Splits a long answer into chunks that a chat platform takes, each readable by itself.
 *
 * <pre>{@code
 * MessageChunker.telegram().split(reply.text()).forEach(this::send);
 * }</pre>
 *
 * <p>It splits at the last paragraph that fits, else at a line, else at a word, else between two graphemes, and drops the
 * white space there; the indentation of the line that follows is kept. What would leave a chunk less than a quarter full is
 * passed over when there is a line or word further on. A split inside fenced code closes the fence and opens
 * it again with its language in the next chunk; a fence that was never closed is closed at the end. Markdown links and
 * inline code that fit into a chunk are not torn. What fits into one chunk stays as it is.
 *
 * <p>No chunk is above the limit, and each has something in it that is not white space: of a blank text there is none. A
 * grapheme that does not fit into a chunk is split between code points. A fence whose own lines would take more than two
 * thirds of the limit is treated as plain text.
 *
 * <p>Graphemes are what the JDK's {@code \X} says, extended grapheme clusters of Unicode: {@code BreakIterator} knows
 * nothing of emoji sequences before Java 20. Takes linear time. Immutable and safe for use by many threads.
 */
public final class MessageChunker {

    /** How a platform counts the length of a message. */
    public enum Counting {

        /** As {@link String#length()} does. Never less than the code points, so it is safe for platforms that count those. */
        UTF16_UNITS,

        /** One for each Unicode code point. */
        CODE_POINTS
    }

    private static final int DISCORD = 2_000;
    private static final int SLACK = 4_000;
    private static final int TELEGRAM = 4_096;

    private final int limit;
    private final Counting counting;

    private MessageChunker(int limit, Counting counting) {
        this.limit = limit;
        this.counting = counting;
    }

    /** For Discord: at most 2,000. */
    public static MessageChunker discord() {
        return of(DISCORD);
    }

    /** For Slack: at most 4,000. */
    public static MessageChunker slack() {
        return of(SLACK);
    }

    /** For Telegram: at most 4,096. */
    public static MessageChunker telegram() {
        return of(TELEGRAM);
    }

    /**
     * For a platform with this limit, counted in UTF-16 units.
     *
     * @param limit the longest message, 2 to 1,000,000
     */
    public static MessageChunker of(int limit) {
        Checks.range("limit", limit, 2, 1_000_000);
        return new MessageChunker(limit, Counting.UTF16_UNITS);
    }

    /** The same limit, counted in another way. */
    public MessageChunker counting(Counting other) {
        return new MessageChunker(limit, other);
    }

    /** The longest chunk. */
    public int limit() {
        return limit;
    }

    /** Splits a text. The chunks in order; none when the text is blank. */
    public List<String> split(CharSequence text) {
        List<String> chunks = new ArrayList<>();
        ChunkCursor cursor = new ChunkCursor(limit, counting, chunks);
        int from = 0;
        while (from < text.length()) {
            from = cursor.cut(text, from, true);
        }
        return chunks;
    }

    /**
     * Splits a text while it is being written: the chunks are those of the joined parts, each emitted as soon as what
     * follows can no longer change it, which is when a little more than twice the limit is there. Holds no more than that,
     * besides one part.
     *
     * <p>Completes with the parts. Their error is passed on at once, and what was held back is dropped. Backpressure reaches
     * the parts.
     */
    public Flux<String> split(Flux<String> parts) {
        return Flux.defer(() -> {
            ChunkStream stream = new ChunkStream(limit, counting);
            return parts.concatMapIterable(stream::add)
                    .concatWith(Flux.defer(() -> Flux.fromIterable(stream.finish())));
        });
    }

    @Override
    public String toString() {
        return "MessageChunker[limit=" + limit + ", counting=" + counting + "]";
    }
}
