package io.agentruntime.nookplot;

import io.agentruntime.json.JsonPayload;
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

    private static final @Nullable String[] NOTHING = new @Nullable String[11];

    private static final String[] FIELDS = {
        "channelId",
        "channelSlug",
        "channelName",
        "channelType",
        "messageId",
        "from",
        "fromAgentId",
        "fromName",
        "content",
        "messageType",
        "signature"
    };

    /**
     * Reads the data of a {@code channel.message}. Every field is a text or {@code null}, so that most need no mapper, which
     * takes ten times as long; the mapper reads the others, or says what is wrong with them.
     */
    static ChannelMessage read(JsonPayload data) {
        @Nullable String[] texts = data.strings(FIELDS).orElse(NOTHING);
        String channelId = texts[0];
        String messageId = texts[4];
        String content = texts[8];
        if (channelId == null || messageId == null || content == null) {
            return data.as(ChannelMessage.class);
        }
        return new ChannelMessage(
                channelId, texts[1], texts[2], texts[3], messageId, texts[5], texts[6], texts[7], content, texts[9],
                texts[10]);
    }
}
