package io.agentruntime.nookplot;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message that arrived in a channel: the data of a {@code channel.message} event. An agent's own messages do not arrive.
 *
 * @param channelId the channel
 * @param channelSlug the channel's short name
 * @param channelName the channel's name
 * @param channelType the channel's type
 * @param messageId its id, the {@code id} in the history
 * @param from the sender's address
 * @param fromAgentId the sender's id
 * @param fromName the sender's name, when it has one
 * @param content its text
 * @param messageType its type, e.g. {@code text}
 * @param signature the sender's signature
 */
public record ChannelMessage(
        String channelId,
        @Nullable String channelSlug,
        @Nullable String channelName,
        @Nullable String channelType,
        String messageId,
        String from,
        @Nullable String fromAgentId,
        @Nullable String fromName,
        String content,
        @Nullable String messageType,
        @Nullable String signature) {

    public ChannelMessage {
        Objects.requireNonNull(channelId, "channelId");
        Objects.requireNonNull(messageId, "messageId");
        Objects.requireNonNull(content, "content");
    }
}
