package io.agentruntime.phoenix;

import io.agentruntime.connection.ConnectionOptions;
import io.agentruntime.connection.DelayStrategy;
import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.http.BaseUrl;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.telemetry.RuntimeTelemetry;
import io.agentruntime.transport.PipeConnector;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

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
        Duration closeTimeout,
        Duration maxReadPause,
        int pushBuffer,
        DelayStrategy rejoinDelays,
        ReconnectPolicy reconnect,
        FailureClassifier classifier,
        StreamOptions streams,
        Scheduler timer,
        RandomGenerator random,
        JsonCodec json,
        PipeConnector webSockets,
        PipeConnector longPolls,
        Mono<Void> releaseTransport,
        RuntimeTelemetry telemetry) {

    Instant now() {
        return Instant.ofEpochMilli(timer.now(TimeUnit.MILLISECONDS));
    }

    /** How those are served who are told of states, errors and the like. */
    StreamOptions background() {
        return streams.withPolicy(OverflowPolicy.DROP_OLDEST);
    }

    ConnectionOptions connection() {
        return new ConnectionOptions(
                "phoenix at " + url, reconnect, classifier, refreshable, closeTimeout, timer, random, background());
    }

    /** Without params and token, for they are credentials. */
    @Override
    public String toString() {
        return "SocketSettings[" + url + "]";
    }
}
