package io.agentruntime.octavus;

import io.agentruntime.client.ClientOptions;
import io.agentruntime.client.ClientSettings;
import io.agentruntime.connection.ConnectionOptions;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.telemetry.RuntimeTelemetry;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.PipeConnector;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

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
        ClientOptions client,
        PipeConnector pipes,
        RuntimeTelemetry telemetry)
        implements ClientSettings {

    /** Whether the client names the session, so that another socket can have it. */
    boolean namesSession() {
        return sessionId.get() != null;
    }

    /** A message, written now: what cannot be written fails here. */
    OutboundMessage message(Object message) {
        byte[] bytes = json().encode(message);
        return OutboundMessage.text(allocator -> Unpooled.wrappedBuffer(bytes));
    }

    /** The subscriber of a turn slows the socket down rather than miss an event. */
    StreamOptions turnStream() {
        return streams().withPolicy(OverflowPolicy.BACKPRESSURE);
    }

    ConnectionOptions connection() {
        return client.connection("octavus at " + name(), false);
    }

    /** Without the query, which may hold the session's id. */
    private String name() {
        return url.getHost() + url.getPath();
    }
}
