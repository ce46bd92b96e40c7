package io.agentruntime.nookplot;

import io.agentruntime.error.Checks;
import org.jspecify.annotations.Nullable;

/**
 * Which channels to list. The gateway lists all channels, newest first.
 *
 * @param limit how many, 1 to {@link #MAX_LIMIT}; default {@link #MAX_LIMIT}
 * @param offset how many to pass over; default 0
 * @param channelType only channels of this type
 * @param isPublic only public ones, or only private ones
 */
public record ChannelQuery(
        int limit,
        int offset,
        @Nullable String channelType,
        @Nullable Boolean isPublic) {

    /** The largest page that the gateway gives. */
    public static final int MAX_LIMIT = 200;

    public ChannelQuery {
        Checks.range("limit", limit, 1, MAX_LIMIT);
        Checks.range("offset", offset, 0, Integer.MAX_VALUE);
    }

    /** The newest {@link #MAX_LIMIT} channels. */
    public static ChannelQuery firstPage() {
        return new ChannelQuery(MAX_LIMIT, 0, null, null);
    }

    public ChannelQuery withLimit(int other) {
        return new ChannelQuery(other, offset, channelType, isPublic);
    }

    public ChannelQuery withOffset(int other) {
        return new ChannelQuery(limit, other, channelType, isPublic);
    }

    public ChannelQuery ofType(String type) {
        return new ChannelQuery(limit, offset, type, isPublic);
    }

    public ChannelQuery onlyPublic(boolean onlyPublic) {
        return new ChannelQuery(limit, offset, channelType, onlyPublic);
    }
}
