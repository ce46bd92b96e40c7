package io.agentruntime.nookplot;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The answer to sending a message to a channel.
 *
 * @param id the message's id
 * @param channelId the channel
 * @param messageType its type
 * @param createdAt when the gateway stored it
 */
public record SentMessage(
        String id,
        @Nullable String channelId,
        @Nullable String messageType,
        @Nullable Instant createdAt) {

    public SentMessage {
        Objects.requireNonNull(id, "id");
    }
}
