package io.agentruntime.phoenix;

import io.agentruntime.client.ClientOptions;
import io.agentruntime.client.ClientSettings;
import io.agentruntime.connection.ConnectionOptions;
import io.agentruntime.connection.DelayStrategy;
import io.agentruntime.http.BaseUrl;
import io.agentruntime.telemetry.RuntimeTelemetry;
import io.agentruntime.transport.PipeConnector;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What {@link PhoenixSocketBuilder} has checked.
 *
 * @param params asked before every connect
 * @param authToken asked before every connect; empty when there is none
 * @param authTokenParam the parameter that carries the token; {@code null} when a subprotocol does
 * @param releaseTransport frees what the connectors hold, when they belong to this socket
 * @param telemetry hears of the connectors already; closed with the socket
 */
record SocketSettings(
        BaseUrl url,
        Mono<Map<String, Object>> params,
        Mono<String> authToken,
        @Nullable String authTokenParam,
        boolean refreshable,
        PhoenixSerializer serializer,
        PhoenixTransport transport,
        Duration fallbackAfter,
        Duration heartbeatInterval,
        Duration heartbeatTimeout,
        Duration handshakeTimeout,
        Duration joinTimeout,
        Duration pushTimeout,
        Duration leaveTimeout,
        int pushBuffer,
        DelayStrategy rejoinDelays,
        ClientOptions client,
        PipeConnector webSockets,
        PipeConnector longPolls,
        Mono<Void> releaseTransport,
        RuntimeTelemetry telemetry)
        implements ClientSettings {

    ConnectionOptions connection() {
        return client.connection("phoenix at " + url, refreshable);
    }

    /** Without params and token, for they are credentials. */
    @Override
    public String toString() {
        return "SocketSettings[" + url + "]";
    }
}
