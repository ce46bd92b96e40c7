package io.agentruntime.octavus;

import io.agentruntime.connection.ConnectionOptions;
import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.telemetry.RuntimeTelemetry;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.PipeConnector;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * What {@link OctavusSocketBuilder} has checked.
 *
 * @param sessionId where the session's id comes from; holds nothing while the server makes sessions
 * @param idInUrl whether the id goes into the address instead of an {@code init} message
 * @param telemetry hears of {@code pipes} already; closed with the transport
 */
record SocketSettings(
        URI url,
        AtomicReference<@Nullable Mono<String>> sessionId,
        boolean idInUrl,
        Duration connectTimeout,
        Duration sendPatience,
        Duration settleTimeout,
        Duration turnTimeout,
        Duration heartbeatInterval,
        Duration livenessTimeout,
        Duration closeTimeout,
        Duration maxReadPause,
        ReconnectPolicy reconnect,
        FailureClassifier classifier,
        StreamOptions streams,
        Scheduler timer,
        RandomGenerator random,
        JsonCodec json,
        PipeConnector pipes,
        RuntimeTelemetry telemetry) {

    /** Whether the client names the session, so that another socket can have it. */
    boolean namesSession() {
        return sessionId.get() != null;
    }

    /** A message, written now: what cannot be written fails here. */
    OutboundMessage message(Object message) {
        byte[] bytes = json.encode(message);
        return OutboundMessage.text(allocator -> Unpooled.wrappedBuffer(bytes));
    }

    /** The subscriber of a turn slows the socket down rather than miss an event. */
    StreamOptions turnStream() {
        return streams.withPolicy(OverflowPolicy.BACKPRESSURE);
    }

    ConnectionOptions connection() {
        return new ConnectionOptions(
                "octavus at " + name(),
                reconnect,
                classifier,
                false,
                closeTimeout,
                timer,
                random,
                streams.withPolicy(OverflowPolicy.DROP_OLDEST));
    }

    /** Without the query, which may hold the session's id. */
    private String name() {
        return url.getHost() + url.getPath();
    }
}
