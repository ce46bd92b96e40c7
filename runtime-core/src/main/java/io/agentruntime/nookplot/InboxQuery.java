package io.agentruntime.nookplot;

import io.agentruntime.error.Checks;
import org.jspecify.annotations.Nullable;

/**
 * Which direct messages to list. The gateway lists them newest first.
 *
 * @param limit how many, 1 to {@link #MAX_LIMIT}; default 50
 * @param offset how many to pass over; default 0
 * @param from only messages of this sender
 * @param unreadOnly only messages not marked as read
 * @param messageType only messages of this type
 */
public record InboxQuery(
        int limit,
        int offset,
        @Nullable String from,
        boolean unreadOnly,
        @Nullable String messageType) {

    /** The largest page that the gateway gives. */
    public static final int MAX_LIMIT = 200;

    public InboxQuery {
        Checks.range("limit", limit, 1, MAX_LIMIT);
        Checks.range("offset", offset, 0, Integer.MAX_VALUE);
    }

    /** The newest messages. */
    public static InboxQuery newest(int limit) {
        return new InboxQuery(limit, 0, null, false, null);
    }

    public InboxQuery withOffset(int other) {
        return new InboxQuery(limit, other, from, unreadOnly, messageType);
    }

    public InboxQuery ofSender(String sender) {
        return new InboxQuery(limit, offset, sender, unreadOnly, messageType);
    }

    public InboxQuery onlyUnread() {
        return new InboxQuery(limit, offset, from, true, messageType);
    }

    public InboxQuery ofType(String type) {
        return new InboxQuery(limit, offset, from, unreadOnly, type);
    }
}
