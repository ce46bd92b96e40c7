package io.agentruntime.spring;

import io.agentruntime.transport.WebSocketOptions;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The WebSocket.
 *
 * @param maxMessageBytes largest inbound message, also after inflating
 * @param compression whether permessage-deflate is offered to the server
 * @param windowBytes bytes that may be on their way to the socket, which an urgent message cannot overtake
 * @param maxQueuedBytes bytes that may wait to be sent
 */
@ConfigurationPropertiesSource
public record WebSocketProperties(
        @DefaultValue("1MB") DataSize maxMessageBytes,
        @DefaultValue("false") boolean compression,
        @DefaultValue("64KB") DataSize windowBytes,
        @DefaultValue("16MB") DataSize maxQueuedBytes) {

    /** Puts the values into a builder. */
    public WebSocketOptions.Builder applyTo(WebSocketOptions.Builder builder) {
        return builder.maxMessageBytes(InvalidPropertyException.toInt("webSocket.maxMessageBytes", maxMessageBytes))
                .compression(compression)
                .windowBytes(InvalidPropertyException.toInt("webSocket.windowBytes", windowBytes))
                .maxQueuedBytes(maxQueuedBytes.toBytes());
    }
}
