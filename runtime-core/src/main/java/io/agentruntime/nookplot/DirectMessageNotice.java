package io.agentruntime.nookplot;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The data of a {@code message.received} event: a direct message is in the inbox.
 *
 * @param messageId its id
 * @param from the sender's address
 * @param messageType its type
 * @param preview the first 200 characters of its text
 */
public record DirectMessageNotice(
        String messageId,
        String from,
        @Nullable String messageType,
        @Nullable String preview) {

    public DirectMessageNotice {
        Objects.requireNonNull(messageId, "messageId");
        Objects.requireNonNull(from, "from");
    }
}
