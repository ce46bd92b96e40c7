package io.agentruntime.nookplot;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The answer to sending a direct message.
 *
 * @param id the message's id
 * @param to the receiver, as it was named
 * @param messageType its type
 * @param createdAt when the gateway stored it
 */
public record SentDirectMessage(
        String id,
        @Nullable String to,
        @Nullable String messageType,
        @Nullable Instant createdAt) {

    public SentDirectMessage {
        Objects.requireNonNull(id, "id");
    }
}
