package io.agentruntime.spring.nookplot;

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
 * A runtime of Nookplot, or what several have in common.
 *
 * @param gatewayUrl gateway's base URL, http or https
 * @param apiKey agent's API key
 * @param privateKey key for transactions and signed messages, 32 bytes in hex; needs org.web3j:crypto
 * @param metadata what the session is registered with
 * @param heartbeatInterval how often a heartbeat and a ping go out
 * @param livenessTimeout longest silence of the gateway before the session is replaced; twice the heartbeat interval by default
 * @param handshakeTimeout longest wait for the WebSocket to open, and again for the gateway's first frame
 * @param subscribeTimeout longest wait for the answer to subscribing or unsubscribing a channel
 * @param closeTimeout longest that a disconnect takes
 * @param maxReadPause longest that a BACKPRESSURE subscriber may hold reading
 * @param sessionCheckInterval how often the gateway is asked whether it still knows the session; zero for never
 * @param backgroundPause least time between two calls in the background
 * @param sendPatience how long a frame waits for a session when there is none
 * @param autoSubscribe whether the channels that the agent is a member of are subscribed by themselves
 * @param refill how far refilled streams go back after a loss
 * @param reconnect whether and when a connection is tried again
 * @param http HTTP requests and their connections
 * @param net way to the gateway
 * @param ssl TLS
 * @param webSocket the WebSocket
 * @param streams how subscribers are served that bring no options of their own
 * @param autoConnect whether the connection follows the application's lifecycle: from its start, without waiting, until its stop
 * @param phase phase of the lifecycle; by default before the web server's
 * @param drainTimeout how long a stop lets queued messages go out and in
 * @param runtimes runtimes by name, each with these properties again; what stands directly under nookplot holds for all
 */
@ConfigurationProperties("nookplot")
public record NookplotProperties(
        @Nullable String gatewayUrl,
        @Nullable String apiKey,
        @Nullable String privateKey,
        @DefaultValue Map<String, Object> metadata,
        @DefaultValue("30s") Duration heartbeatInterval,
        @Nullable Duration livenessTimeout,
        @DefaultValue("10s") Duration handshakeTimeout,
        @DefaultValue("10s") Duration subscribeTimeout,
        @DefaultValue("5s") Duration closeTimeout,
        @DefaultValue("30s") Duration maxReadPause,
        @DefaultValue("5m") Duration sessionCheckInterval,
        @DefaultValue("5s") Duration backgroundPause,
        @DefaultValue("0s") Duration sendPatience,
        @DefaultValue("true") boolean autoSubscribe,
        @DefaultValue Refill refill,
        @NestedConfigurationProperty @DefaultValue ReconnectProperties reconnect,
        @NestedConfigurationProperty @DefaultValue HttpProperties http,
        @NestedConfigurationProperty @DefaultValue NetProperties net,
        @NestedConfigurationProperty @DefaultValue SslProperties ssl,
        @NestedConfigurationProperty @DefaultValue WebSocketProperties webSocket,
        @NestedConfigurationProperty @DefaultValue StreamsProperties streams,
        @DefaultValue("true") boolean autoConnect,
        @Nullable Integer phase,
        @DefaultValue("5s") Duration drainTimeout,
        @DefaultValue Map<String, NookplotProperties> runtimes) {

    /**
     * How far refilled streams go back after a loss.
     *
     * @param maxAge oldest message that is fetched
     * @param maxMessages how many messages are fetched for one loss
     * @param overlap how far it looks back behind the last sign of life
     */
    public record Refill(
            @DefaultValue("1h") Duration maxAge,
            @DefaultValue("1000") int maxMessages,
            @DefaultValue("10s") Duration overlap) {}

    /** Nothing but the address: there are keys among the values. */
    @Override
    public String toString() {
        return "NookplotProperties[gatewayUrl=" + gatewayUrl + ", runtimes=" + runtimes.keySet() + "]";
    }
}
