package io.agentruntime.octavus;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One message of a chat.
 *
 * @param id its id, unique in its chat
 * @param role whose it is
 * @param parts what it is made of, in the order of appearance
 * @param status whether more of it may come
 * @param createdAt when its turn began
 * @param finishReason why its turn finished; {@code null} while it has not, and for a message that is not the agent's. {@link
 *     FinishReason#LENGTH} and {@link FinishReason#CONTENT_FILTER} mean that it is not whole
 */
public record ChatMessage(
        String id,
        Role role,
        List<MessagePart> parts,
        Status status,
        Instant createdAt,
        @Nullable FinishReason finishReason) {

    /** Whose a message is. */
    public enum Role {
        USER,
        ASSISTANT,
        SYSTEM
    }

    /** Whether more of a message may come. */
    public enum Status {
        STREAMING,
        DONE
    }

    public ChatMessage {
        parts = PersistentList.of(parts);
    }

    /** The text of its text parts, one after the other. */
    public String text() {
        return parts.stream()
                .filter(MessagePart.Text.class::isInstance)
                .map(part -> ((MessagePart.Text) part).text())
                .collect(Collectors.joining());
    }

    ChatMessage withParts(PersistentList<MessagePart> other) {
        return new ChatMessage(id, role, other, status, createdAt, finishReason);
    }

    ChatMessage done(PersistentList<MessagePart> other, @Nullable FinishReason reason) {
        return new ChatMessage(id, role, other, Status.DONE, createdAt, reason);
    }

    PersistentList<MessagePart> partList() {
        return PersistentList.of(parts);
    }
}
