package io.agentruntime.codebolt;

import io.agentruntime.json.JsonPayload;

/**
 * Any message of the server, whether this library knows its type or not.
 *
 * @param type its type
 * @param data its {@code data}, or the whole message when it has none
 * @param json the whole message
 */
public record PluginMessage(String type, JsonPayload data, JsonPayload json) {

    /** The plugin may begin. */
    public static final String START = "pluginStartMessage";

    /** The plugin is to end. */
    public static final String STOP = "pluginStopMessage";

    /** An agent answers: {@link GatewayReply}. */
    public static final String REPLY = "gateway.reply";

    /** An agent speaks unasked: {@link ChannelMessage}. */
    public static final String MESSAGE_TO_CHANNEL = "gateway.messageToChannel";

    /** A panel has something to say: {@link PanelMessage}. */
    public static final String PANEL_MESSAGE = "dynamicPanel.message";
}
