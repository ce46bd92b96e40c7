package io.agentruntime.spring.octavus;

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
 * A socket transport of Octavus.
 *
 * @param url socket's address, ws, wss, http or https
 * @param sessionId id of the session; made by the server for each socket by default
 * @param sessionInUrl whether the session's id goes into the address instead of an init message
 * @param connectTimeout longest that one attempt takes, naming the session included
 * @param sendPatience how long a turn waits for the socket
 * @param settleTimeout how long a turn that was given up before anything of it came holds the next one back
 * @param turnTimeout longest that a turn goes on without an event
 * @param heartbeatInterval how often a ping goes out
 * @param livenessTimeout longest silence of the server before the socket is replaced; twice the heartbeat interval by default
 * @param closeTimeout longest that a disconnect takes
 * @param maxReadPause longest that the subscriber of a turn may hold reading
 * @param reconnect whether and when a connection is tried again
 * @param net way to the server
 * @param ssl TLS
 * @param webSocket the WebSocket
 * @param streams how subscribers are served; the policy is that of custom events
 * @param autoConnect whether the connection follows the application's lifecycle: from its start, without waiting, until its stop
 * @param phase phase of the lifecycle; by default before the web server's
 */
@ConfigurationProperties("octavus")
public record OctavusProperties(
        @Nullable String url,
        @Nullable String sessionId,
        @DefaultValue("false") boolean sessionInUrl,
        @DefaultValue("10s") Duration connectTimeout,
        @DefaultValue("30s") Duration sendPatience,
        @DefaultValue("2s") Duration settleTimeout,
        @DefaultValue("5m") Duration turnTimeout,
        @DefaultValue("30s") Duration heartbeatInterval,
        @Nullable Duration livenessTimeout,
        @DefaultValue("5s") Duration closeTimeout,
        @DefaultValue("30s") Duration maxReadPause,
        @NestedConfigurationProperty @DefaultValue ReconnectProperties reconnect,
        @NestedConfigurationProperty @DefaultValue NetProperties net,
        @NestedConfigurationProperty @DefaultValue SslProperties ssl,
        @NestedConfigurationProperty @DefaultValue WebSocketProperties webSocket,
        @NestedConfigurationProperty @DefaultValue StreamsProperties streams,
        @DefaultValue("true") boolean autoConnect,
        @Nullable Integer phase) {

    /** Nothing: an address may carry a token in its query. */
    @Override
    public String toString() {
        return "OctavusProperties";
    }
}
