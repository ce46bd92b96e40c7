package io.agentruntime.nookplot;

import io.agentruntime.client.ClientOptions;
import io.agentruntime.client.ClientSettings;
import io.agentruntime.connection.ConnectionOptions;
import io.agentruntime.http.BaseUrl;
import io.agentruntime.http.CredentialSource;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.HttpOptions;
import io.agentruntime.telemetry.RuntimeTelemetry;
import io.agentruntime.transport.PipeConnector;
import java.time.Duration;
import java.util.Map;
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
        Duration sessionCheckInterval,
        Duration backgroundPause,
        Duration sendPatience,
        boolean autoSubscribe,
        RefillPolicy refill,
        ClientOptions client,
        HttpOptions httpOptions,
        @Nullable Signer signer,
        Scheduler signOn,
        HttpExchange exchange,
        PipeConnector pipes,
        Mono<Void> releaseTransport,
        RuntimeTelemetry telemetry)
        implements ClientSettings {

    ConnectionOptions connection() {
        return client.connection("nookplot at " + gateway, refreshable);
    }
}
