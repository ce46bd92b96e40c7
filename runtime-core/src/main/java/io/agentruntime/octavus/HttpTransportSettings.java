package io.agentruntime.octavus;

import io.agentruntime.http.StreamingExchange;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.telemetry.RuntimeTelemetry;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** What {@link OctavusHttpBuilder} has checked. {@code headers} may hold credentials. */
record HttpTransportSettings(
        URI url,
        Mono<String> sessionId,
        Map<String, String> headers,
        Duration responseTimeout,
        Duration turnTimeout,
        int maxEventBytes,
        StreamOptions streams,
        Scheduler timer,
        JsonCodec json,
        StreamingExchange exchange,
        Mono<Void> releaseExchange,
        RuntimeTelemetry telemetry) {

    @Override
    public String toString() {
        return "HttpTransportSettings[" + url.getHost() + "]";
    }
}
