package io.agentruntime.codebolt;

import io.agentruntime.connection.ConnectionOptions;
import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.http.ApiPath;
import io.agentruntime.http.BaseUrl;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.net.SecretUri;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.telemetry.RuntimeTelemetry;
import io.agentruntime.transport.PipeConnector;
import java.time.Duration;
import java.util.UUID;
import java.util.random.RandomGenerator;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * What {@link CodeboltPluginBuilder} has checked.
 *
 * @param pluginToken the token, asked for before each connect
 * @param refreshable whether it comes from a supplier
 * @param telemetry hears of {@code pipes} already; closed with the plugin
 */
record CodeboltSettings(
        BaseUrl server,
        String pluginId,
        Mono<String> pluginToken,
        boolean refreshable,
        Duration pingInterval,
        Duration livenessTimeout,
        Duration startTimeout,
        Duration requestTimeout,
        Duration registerTimeout,
        Duration stopTimeout,
        Duration closeTimeout,
        Duration maxReadPause,
        Duration sendPatience,
        boolean acknowledgeReplies,
        ReconnectPolicy reconnect,
        FailureClassifier classifier,
        StreamOptions streams,
        Scheduler timer,
        RandomGenerator random,
        JsonCodec json,
        PipeConnector pipes,
        RuntimeTelemetry telemetry) {

    /** Where a socket with this token is opened, under an id of its own. Nothing else goes into the address. */
    SecretUri address(String token) {
        return server.webSocket(ApiPath.of("/plugin")
                .query("pluginId", pluginId)
                .query("pluginToken", token)
                .query("id", newId())
                .toString());
    }

    /** A UUID that is no secret: the JDK's own would block on its source of randomness. */
    String newId() {
        long version4 = (random.nextLong() & ~0xf000L) | 0x4000L;
        long variant = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new UUID(version4, variant).toString();
    }

    ConnectionOptions connection() {
        return new ConnectionOptions(
                "codebolt plugin at " + server,
                reconnect,
                classifier,
                refreshable,
                closeTimeout,
                timer,
                random,
                streams.withPolicy(OverflowPolicy.DROP_OLDEST));
    }

    /** What it holds may be secret. */
    @Override
    public String toString() {
        return "CodeboltSettings[" + server + "]";
    }
}
