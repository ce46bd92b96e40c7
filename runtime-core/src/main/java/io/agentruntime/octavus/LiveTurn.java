package io.agentruntime.octavus;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a chat remembers of the turn that runs. Immutable.
 *
 * @param messageIndex where its message is; negative before it has one
 * @param open where its open parts are; {@link #HIDDEN} for those that are not shown
 * @param block the block that it is in
 */
record LiveTurn(
        String messageId,
        Instant createdAt,
        int messageIndex,
        Map<PartKey, Integer> open,
        @Nullable Block block) {

    static final int HIDDEN = -1;

    /** A block that has begun, inside another one. */
    record Block(
            String id,
            boolean shown,
            @Nullable String thread,
            @Nullable Block outer) {

        /** These blocks without the one that ends. */
        static @Nullable Block without(@Nullable Block inner, String id) {
            if (inner == null) {
                return null;
            }
            return inner.id.equals(id)
                    ? inner.outer
                    : new Block(inner.id, inner.shown, inner.thread, without(inner.outer, id));
        }
    }

    static LiveTurn begin(String messageId, Instant createdAt) {
        return new LiveTurn(messageId, createdAt, -1, Map.of(), null);
    }

    LiveTurn named(String id) {
        return new LiveTurn(id, createdAt, messageIndex, open, block);
    }

    LiveTurn inMessage(int index) {
        return new LiveTurn(messageId, createdAt, index, open, block);
    }

    LiveTurn in(@Nullable Block other) {
        return new LiveTurn(messageId, createdAt, messageIndex, open, other);
    }

    LiveTurn opened(PartKey key, int index) {
        Map<PartKey, Integer> more = new HashMap<>(open);
        more.put(key, index);
        return new LiveTurn(messageId, createdAt, messageIndex, more, block);
    }

    LiveTurn closed(PartKey key) {
        Map<PartKey, Integer> fewer = new HashMap<>(open);
        fewer.remove(key);
        return new LiveTurn(messageId, createdAt, messageIndex, fewer, block);
    }

    @Nullable
    String thread() {
        return block == null ? null : block.thread;
    }

    /** Text of a block that is not for the chat is not shown, unless it belongs to another thread than the main one. */
    boolean showsText() {
        return block == null || block.shown || block.thread != null;
    }
}
