package io.agentruntime.codebolt;

import io.agentruntime.json.JsonPayload;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the server starts a plugin with, sent right after each connect.
 *
 * @param pluginId the plugin
 * @param pluginDir where its files are
 * @param manifest its manifest
 * @param config what its users have configured; may hold secrets
 * @param json the whole message
 */
public record PluginStart(
        @Nullable String pluginId,
        @Nullable String pluginDir,
        JsonPayload manifest,
        Optional<JsonPayload> config,
        JsonPayload json) {

    /** @throws io.agentruntime.error.DecodeException when there is no manifest */
    static PluginStart read(PluginMessage message) {
        // The page has the fields at the top level; data around them would be no surprise.
        JsonPayload content = message.data().isObject() ? message.data() : message.json();
        JsonPayload manifest = object(content, "manifest").orElse(null);
        return new PluginStart(
                content.string("pluginId"),
                content.string("pluginDir"),
                Reading.present(PluginMessage.START, "manifest", manifest),
                object(content, "config"),
                message.json());
    }

    private static Optional<JsonPayload> object(JsonPayload content, String field) {
        return content.field(field).filter(JsonPayload::isObject);
    }

    /** Without the configuration, for it may hold secrets. */
    @Override
    public String toString() {
        return "PluginStart[" + json.size() + " bytes]";
    }
}
