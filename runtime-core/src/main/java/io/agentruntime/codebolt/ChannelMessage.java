package io.agentruntime.codebolt;

import io.agentruntime.json.JsonPayload;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an agent has to say to the platform without having been asked.
 *
 * @param targetId whom it is for, by the platform's own id
 * @param text what it says
 * @param json everything that came, {@code metadata} and unknown fields included
 */
public record ChannelMessage(String targetId, String text, JsonPayload json) {

    private record Wire(@Nullable String targetId, @Nullable String text) {}

    /** @throws io.agentruntime.error.DecodeException when it lacks its target or text */
    static ChannelMessage read(JsonPayload data) {
        Wire wire = data.as(Wire.class);
        return new ChannelMessage(
                Reading.present(PluginMessage.MESSAGE_TO_CHANNEL, "targetId", wire.targetId),
                Reading.present(PluginMessage.MESSAGE_TO_CHANNEL, "text", wire.text),
                data);
    }

    /** What came beside it, as it came. */
    public Optional<JsonPayload> metadata() {
        return json.field("metadata").filter(JsonPayload::isObject);
    }

    /** Without the text, for it may be private. */
    @Override
    public String toString() {
        return "ChannelMessage[" + text.length() + " characters]";
    }
}
