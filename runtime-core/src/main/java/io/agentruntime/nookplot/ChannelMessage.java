package io.agentruntime.nookplot;

import io.agentruntime.json.JsonName;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.json.JsonTexts;
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

    /** All are texts or {@code null}; in the order of the record, which is the gateway's too. */
    static final JsonName[] FIELDS = JsonName.of(
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
            "signature");

    /** From {@link #FIELDS}; {@code null} when one is missing that has to be there. */
    static @Nullable ChannelMessage of(JsonTexts texts) {
        String channelId = texts.text(0);
        String messageId = texts.text(4);
        String from = texts.text(5);
        String content = texts.text(8);
        if (channelId == null || messageId == null || from == null || content == null) {
            return null;
        }
        return new ChannelMessage(
                channelId,
                texts.text(1),
                texts.text(2),
                texts.text(3),
                messageId,
                from,
                texts.text(6),
                texts.text(7),
                content,
                texts.text(9),
                texts.text(10));
    }

    /** The data of a {@code channel.message}. The mapper, which takes ten times as long, is for unusual ones. */
    static ChannelMessage read(JsonPayload data) {
        JsonTexts texts = data.texts(FIELDS);
        ChannelMessage message = texts == null ? null : of(texts);
        return message == null ? data.as(ChannelMessage.class) : message;
    }
}
