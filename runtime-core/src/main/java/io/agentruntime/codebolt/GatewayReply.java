package io.agentruntime.codebolt;

import io.agentruntime.error.DecodeException;
import io.agentruntime.json.JsonPayload;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an agent has to say to a conversation of the platform. A routed message may bring several, for as long as the agent
 * works on it.
 *
 * @param text what it says
 * @param replyTo where it belongs
 * @param externalThreadId the conversation, when it stands beside {@code replyTo}; see {@link #address()}
 * @param attachments pictures and files; empty when there are none
 * @param threadId the agent's thread
 * @param instanceId the agent that says it
 * @param timestamp when it was said, as the server wrote it
 * @param json everything that came, {@code metadata} and unknown fields included
 */
public record GatewayReply(
        String text,
        ReplyAddress replyTo,
        @Nullable String externalThreadId,
        List<Attachment> attachments,
        @Nullable String threadId,
        @Nullable String instanceId,
        @Nullable String timestamp,
        JsonPayload json) {

    private record Wire(
            @Nullable String text,
            @Nullable ReplyAddress replyTo,
            @Nullable String externalThreadId,
            @Nullable List<@Nullable Attachment> attachments,
            @Nullable String threadId,
            @Nullable String instanceId,
            @Nullable String timestamp) {}

    public GatewayReply {
        attachments = List.copyOf(attachments);
    }

    /** The platform's conversation that it is for. */
    public Optional<String> address() {
        return Optional.ofNullable(externalThreadId == null ? replyTo.externalThreadId() : externalThreadId);
    }

    /** What came beside it, as it came. */
    public Optional<JsonPayload> metadata() {
        return json.field("metadata").filter(JsonPayload::isObject);
    }

    /** @throws DecodeException when the data lacks its text or the channel it is for, or does not fit */
    static GatewayReply read(JsonPayload data) {
        Wire wire = data.as(Wire.class);
        ReplyAddress replyTo = wire.replyTo;
        if (wire.text == null) {
            throw Reading.missing(PluginMessage.REPLY, "text");
        }
        if (replyTo == null) {
            throw Reading.missing(PluginMessage.REPLY, "replyTo");
        }
        Reading.present(PluginMessage.REPLY, "replyTo.channelId", replyTo.channelId());
        return new GatewayReply(
                wire.text,
                replyTo,
                wire.externalThreadId,
                attachments(wire.attachments),
                wire.threadId,
                wire.instanceId,
                wire.timestamp,
                data);
    }

    private static List<Attachment> attachments(@Nullable List<@Nullable Attachment> all) {
        if (all == null) {
            return List.of();
        }
        for (Attachment attachment : all) {
            Attachment present = Reading.present(PluginMessage.REPLY, "attachments[]", attachment);
            Reading.present(PluginMessage.REPLY, "attachments[].type", present.type());
            Reading.present(PluginMessage.REPLY, "attachments[].url", present.url());
        }
        return List.copyOf(all);
    }

    /** Without the text, for it may be private. */
    @Override
    public String toString() {
        return "GatewayReply[" + replyTo.channelId() + ", " + text.length() + " characters]";
    }
}
