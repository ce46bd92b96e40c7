package io.agentruntime.nookplot;

import io.agentruntime.error.Checks;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a channel's history to read. The gateway lists it newest first.
 *
 * @param before only messages stored before this, with the gateway's precision of a millisecond
 * @param limit how many, 1 to {@link #MAX_LIMIT}; default 50
 */
public record HistoryQuery(@Nullable Instant before, int limit) {

    /** The largest page that the gateway gives. */
    public static final int MAX_LIMIT = 200;

    public HistoryQuery {
        Checks.range("limit", limit, 1, MAX_LIMIT);
    }

    /** The newest messages. */
    public static HistoryQuery newest(int limit) {
        return new HistoryQuery(null, limit);
    }

    /** Messages before a moment. */
    public HistoryQuery before(Instant moment) {
        return new HistoryQuery(moment, limit);
    }
}
