package io.agentruntime.phoenix.spring;

import io.agentruntime.phoenix.PhoenixSerializer;
import io.agentruntime.phoenix.PhoenixTransport;
import io.agentruntime.spring.HttpProperties;
import io.agentruntime.spring.NetProperties;
import io.agentruntime.spring.ReconnectProperties;
import io.agentruntime.spring.SslProperties;
import io.agentruntime.spring.StreamsProperties;
import io.agentruntime.spring.WebSocketProperties;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * A socket of Phoenix Channels, or what several have in common.
 *
 * @param url socket's address, ws, wss, http or https, without the transport and without a query
 * @param params what the server is told when the socket connects
 * @param authToken token that the application asks for
 * @param authTokenParam name of a parameter that carries the token, instead of a subprotocol
 * @param serializer version of the protocol
 * @param transport how to reach the server
 * @param fallbackAfter how long a WebSocket may take to open, and again to answer a ping, before long-polling takes its place
 * @param longPollTimeout limit of one request when long-polling
 * @param heartbeatInterval how often a heartbeat goes out
 * @param heartbeatTimeout how long a heartbeat may stay without any sign of life; the interval by default, at least the join timeout
 * @param handshakeTimeout longest wait for params and token, and again for the connection to open
 * @param joinTimeout longest wait for the answer to a join
 * @param pushTimeout longest wait for the reply to a push
 * @param leaveTimeout longest wait for the answer to a leave
 * @param closeTimeout longest that a disconnect takes
 * @param maxReadPause longest that a BACKPRESSURE subscriber may hold reading
 * @param pushBuffer how many pushes of a channel may wait for it to be joined
 * @param reconnect whether and when a connection is tried again
 * @param http requests of long-polling
 * @param net way to the server
 * @param ssl TLS
 * @param webSocket the WebSocket
 * @param streams how subscribers are served that bring no options of their own
 * @param autoConnect whether the connection follows the application's lifecycle: from its start, without waiting, until its stop
 * @param phase phase of the lifecycle; by default before the web server's
 * @param drainTimeout how long a stop lets queued messages go out and in
 * @param runtimes sockets by name, each with these properties again; what stands directly under phoenix holds for all
 */
@ConfigurationProperties("phoenix")
public record PhoenixProperties(
        @Nullable String url,
        @DefaultValue Map<String, Object> params,
        @Nullable String authToken,
        @Nullable String authTokenParam,
        @DefaultValue("v2") PhoenixSerializer serializer,
        @DefaultValue("websocket") PhoenixTransport transport,
        @DefaultValue("2500ms") Duration fallbackAfter,
        @DefaultValue("20s") Duration longPollTimeout,
        @DefaultValue("30s") Duration heartbeatInterval,
        @Nullable Duration heartbeatTimeout,
        @DefaultValue("10s") Duration handshakeTimeout,
        @DefaultValue("10s") Duration joinTimeout,
        @DefaultValue("10s") Duration pushTimeout,
        @DefaultValue("10s") Duration leaveTimeout,
        @DefaultValue("5s") Duration closeTimeout,
        @DefaultValue("30s") Duration maxReadPause,
        @DefaultValue("1000") int pushBuffer,
        @NestedConfigurationProperty @DefaultValue ReconnectProperties reconnect,
        @NestedConfigurationProperty @DefaultValue HttpProperties http,
        @NestedConfigurationProperty @DefaultValue NetProperties net,
        @NestedConfigurationProperty @DefaultValue SslProperties ssl,
        @NestedConfigurationProperty @DefaultValue WebSocketProperties webSocket,
        @NestedConfigurationProperty @DefaultValue StreamsProperties streams,
        @DefaultValue("true") boolean autoConnect,
        @Nullable Integer phase,
        @DefaultValue("5s") Duration drainTimeout,
        @DefaultValue Map<String, PhoenixProperties> runtimes) {

    /** Nothing but the address: there are secrets among the values. */
    @Override
    public String toString() {
        return "PhoenixProperties[url=" + url + ", runtimes=" + runtimes.keySet() + "]";
    }
}
