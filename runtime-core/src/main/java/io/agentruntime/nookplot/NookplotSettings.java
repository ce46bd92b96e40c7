package io.agentruntime.nookplot;

import io.agentruntime.connection.ConnectionOptions;
import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.http.BaseUrl;
import io.agentruntime.http.CredentialSource;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.HttpOptions;
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
 * What {@link NookplotRuntimeBuilder} has checked. {@code credentials} and {@code signer} show no key.
 *
 * @param signer signs with the agent's key, where there is one
 * @param signOn where it does so
 * @param releaseTransport frees what {@code exchange} and {@code pipes} hold, when they belong to this runtime
 * @param telemetry hears of {@code exchange} and {@code pipes} already; closed with the runtime
 */
record NookplotSettings(
        BaseUrl gateway,
        CredentialSource credentials,
        boolean refreshable,
        Map<String, Object> metadata,
        Duration heartbeatInterval,
        Duration livenessTimeout,
        Duration handshakeTimeout,
        Duration subscribeTimeout,
        Duration closeTimeout,
        Duration maxReadPause,
        Duration sessionCheckInterval,
        Duration backgroundPause,
        Duration sendPatience,
        boolean autoSubscribe,
        RefillPolicy refill,
        ReconnectPolicy reconnect,
        FailureClassifier classifier,
        HttpOptions httpOptions,
        StreamOptions streams,
        Scheduler timer,
        RandomGenerator random,
        JsonCodec json,
        @Nullable Signer signer,
        Scheduler signOn,
        HttpExchange exchange,
        PipeConnector pipes,
        Mono<Void> releaseTransport,
        RuntimeTelemetry telemetry) {

    Instant now() {
        return Instant.ofEpochMilli(timer.now(TimeUnit.MILLISECONDS));
    }

    ConnectionOptions connection() {
        return new ConnectionOptions(
                "nookplot at " + gateway,
                reconnect,
                classifier,
                refreshable,
                closeTimeout,
                timer,
                random,
                streams.withPolicy(OverflowPolicy.DROP_OLDEST));
    }
}
