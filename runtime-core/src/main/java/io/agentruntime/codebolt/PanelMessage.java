package io.agentruntime.codebolt;

import io.agentruntime.json.JsonPayload;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What somebody did in a panel.
 *
 * @param panelId the panel
 * @param data what the panel's page has sent
 * @param messageId the message's id
 * @param threadId the thread that the panel belongs to
 */
public record PanelMessage(
        String panelId,
        Optional<JsonPayload> data,
        @Nullable String messageId,
        @Nullable String threadId) {

    /** @throws io.agentruntime.error.DecodeException when it names no panel */
    static PanelMessage read(PluginMessage message) {
        JsonPayload json = message.json();
        return new PanelMessage(
                Reading.present(PluginMessage.PANEL_MESSAGE, "panelId", json.string("panelId")),
                json.field("data"),
                json.string("messageId"),
                json.string("threadId"));
    }
}
