package io.agentruntime.nookplot;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.agentruntime.error.Checks;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message to a channel or an agent.
 *
 * @param content its text, at most 10,000 characters
 * @param messageType {@code text}, {@code system}, {@code collaboration}, {@code trade}, {@code attestation} or {@code
 *     proposal}; the gateway's default, {@code text}, when {@code null}
 * @param metadata anything
 * @param isSigned whether it is sent with a signature of {@code privateKey}; to channels only
 */
public record OutgoingMessage(
        String content,
        @Nullable String messageType,
        @Nullable Map<String, Object> metadata,
        @JsonIgnore boolean isSigned) {

    public OutgoingMessage {
        Checks.atMost("content", content, 10_000);
    }

    /** A text. */
    public static OutgoingMessage text(String content) {
        return new OutgoingMessage(content, null, null, false);
    }

    public OutgoingMessage ofType(String type) {
        return new OutgoingMessage(content, type, metadata, isSigned);
    }

    public OutgoingMessage withMetadata(Map<String, Object> anything) {
        return new OutgoingMessage(content, messageType, Map.copyOf(anything), isSigned);
    }

    /**
     * To be sent to a channel with a signature, by which everybody can tell that it is from this agent and unchanged. Needs
     * {@code privateKey}.
     */
    public OutgoingMessage signed() {
        return new OutgoingMessage(content, messageType, metadata, true);
    }

    /** Without the text, for it may be private. */
    @Override
    public String toString() {
        return "OutgoingMessage[" + content.length() + " characters]";
    }
}
