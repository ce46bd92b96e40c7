package io.agentruntime.nookplot;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A direct message.
 *
 * @param id its id
 * @param from the sender's address
 * @param fromName the sender's name, when it is known
 * @param to the receiver's address, when it is known
 * @param messageType its type
 * @param content its text
 * @param metadata what the sender attached
 * @param readAt when it was marked as read
 * @param createdAt when the gateway stored it
 * @param truncated whether only the beginning of the text could be had, see {@link Inbox#messages()}
 */
public record InboxMessage(
        String id,
        String from,
        @Nullable String fromName,
        @Nullable String to,
        @Nullable String messageType,
        String content,
        @Nullable JsonNode metadata,
        @Nullable Instant readAt,
        @Nullable Instant createdAt,
        boolean truncated) {

    public InboxMessage {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(content, "content");
    }
}
