package io.agentruntime.atomemo;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The hub wants a tool to be used.
 *
 * @param toolName the tool
 * @param parameters what for
 * @param credentials the credentials chosen for it, by the name of their parameter or credential
 * @param pluginIdentifier what the hub calls this plugin, where it says so
 * @param context what else the plugin can use
 */
public record ToolCall(
        String toolName,
        Arguments parameters,
        Map<String, CredentialValues> credentials,
        @Nullable String pluginIdentifier,
        PluginContext context) {}
