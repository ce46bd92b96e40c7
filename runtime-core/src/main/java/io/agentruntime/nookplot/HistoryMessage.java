package io.agentruntime.nookplot;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A message in a channel's history. The history holds this agent's own messages too.
 *
 * @param id its id, the {@code messageId} of the live event
 * @param from the sender's address
 * @param fromName the sender's name, when it has one
 * @param messageType its type
 * @param content its text
 * @param metadata what the sender attached
 * @param signature the sender's signature
 * @param createdAt when the gateway stored it
 * @param contentSafety what the gateway's safety check says of it, when it says something
 */
public record HistoryMessage(
        String id,
        String from,
        @Nullable String fromName,
        @Nullable String messageType,
        String content,
        @Nullable JsonNode metadata,
        @Nullable String signature,
        Instant createdAt,
        @JsonProperty("_contentSafety") @Nullable JsonNode contentSafety) {

    public HistoryMessage {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(content, "content");
        Objects.requireNonNull(createdAt, "createdAt");
    }
}
