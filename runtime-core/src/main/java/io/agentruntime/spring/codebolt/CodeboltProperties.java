package io.agentruntime.spring.codebolt;

import io.agentruntime.spring.NetProperties;
import io.agentruntime.spring.ReconnectProperties;
import io.agentruntime.spring.SslProperties;
import io.agentruntime.spring.StreamsProperties;
import io.agentruntime.spring.WebSocketProperties;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * A channel plugin of Codebolt.
 *
 * @param serverUrl server's address, ws, wss, http or https, or a host alone
 * @param pluginId plugin's id, as the server assigned it
 * @param pluginToken plugin's token, as the server assigned it
 * @param pingInterval how often a ping goes out
 * @param livenessTimeout longest silence of the server before the session is replaced; twice the ping interval by default
 * @param handshakeTimeout longest wait for the WebSocket to open
 * @param startTimeout longest wait for the server's start message
 * @param requestTimeout longest wait for the answer to a request
 * @param registerTimeout longest wait for the answer to registering a channel
 * @param stopTimeout longest that a handler of the server's stop may take
 * @param closeTimeout longest that a disconnect takes
 * @param maxReadPause longest that a BACKPRESSURE subscriber may hold reading
 * @param sendPatience how long a request waits for a session when there is none
 * @param acknowledgeReplies whether each reply is answered with an acknowledgement
 * @param reconnect whether and when a connection is tried again
 * @param net way to the server
 * @param ssl TLS
 * @param webSocket the WebSocket
 * @param streams how subscribers and handlers are served that bring no options of their own
 * @param autoConnect whether the connection follows the application's lifecycle: from its start, without waiting, until its stop
 * @param phase phase of the lifecycle; by default before the web server's
 * @param drainTimeout how long a stop lets queued messages go out and in
 */
@ConfigurationProperties("codebolt")
public record CodeboltProperties(
        @DefaultValue("localhost") String serverUrl,
        @Nullable String pluginId,
        @Nullable String pluginToken,
        @DefaultValue("30s") Duration pingInterval,
        @Nullable Duration livenessTimeout,
        @DefaultValue("10s") Duration handshakeTimeout,
        @DefaultValue("10s") Duration startTimeout,
        @DefaultValue("30s") Duration requestTimeout,
        @DefaultValue("10s") Duration registerTimeout,
        @DefaultValue("5s") Duration stopTimeout,
        @DefaultValue("5s") Duration closeTimeout,
        @DefaultValue("30s") Duration maxReadPause,
        @DefaultValue("0s") Duration sendPatience,
        @DefaultValue("false") boolean acknowledgeReplies,
        @NestedConfigurationProperty @DefaultValue ReconnectProperties reconnect,
        @NestedConfigurationProperty @DefaultValue NetProperties net,
        @NestedConfigurationProperty @DefaultValue SslProperties ssl,
        @NestedConfigurationProperty @DefaultValue WebSocketProperties webSocket,
        @NestedConfigurationProperty @DefaultValue StreamsProperties streams,
        @DefaultValue("true") boolean autoConnect,
        @Nullable Integer phase,
        @DefaultValue("5s") Duration drainTimeout) {

    /** Nothing but the address and the id: the token is a secret. */
    @Override
    public String toString() {
        return "CodeboltProperties[serverUrl=" + serverUrl + ", pluginId=" + pluginId + "]";
    }
}
