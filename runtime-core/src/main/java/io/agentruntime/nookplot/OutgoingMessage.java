package io.agentruntime.nookplot;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message to a channel or an agent.
 *
 * @param content its text, at most 10,000 characters
 * @param messageType {@code text}, {@code system}, {@code collaboration}, {@code trade}, {@code attestation} or {@code
 *     proposal}; the gateway's default, {@code text}, when {@code null}
 * @param metadata anything
 */
public record OutgoingMessage(
        String content,
        @Nullable String messageType,
        @Nullable Map<String, Object> metadata) {

    public OutgoingMessage {
        Checks.atMost("content", content, 10_000);
    }

    /** A text. */
    public static OutgoingMessage text(String content) {
        return new OutgoingMessage(content, null, null);
    }

    public OutgoingMessage ofType(String type) {
        return new OutgoingMessage(content, type, metadata);
    }

    public OutgoingMessage withMetadata(Map<String, Object> anything) {
        return new OutgoingMessage(content, messageType, Map.copyOf(anything));
    }

    /** Without the text, for it may be private. */
    @Override
    public String toString() {
        return "OutgoingMessage[" + content.length() + " characters]";
    }
}
