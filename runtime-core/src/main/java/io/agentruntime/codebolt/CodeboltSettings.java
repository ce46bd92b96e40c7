package io.agentruntime.codebolt;

import io.agentruntime.client.ClientOptions;
import io.agentruntime.client.ClientSettings;
import io.agentruntime.connection.ConnectionOptions;
import io.agentruntime.http.ApiPath;
import io.agentruntime.http.BaseUrl;
import io.agentruntime.net.SecretUri;
import io.agentruntime.telemetry.RuntimeTelemetry;
import io.agentruntime.transport.PipeConnector;
import java.time.Duration;
import java.util.UUID;
import reactor.core.publisher.Mono;

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
        Duration sendPatience,
        boolean acknowledgeReplies,
        ClientOptions client,
        PipeConnector pipes,
        RuntimeTelemetry telemetry)
        implements ClientSettings {

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
        long version4 = (random().nextLong() & ~0xf000L) | 0x4000L;
        long variant = (random().nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new UUID(version4, variant).toString();
    }

    ConnectionOptions connection() {
        return client.connection("codebolt plugin at " + server, refreshable);
    }

    /** What it holds may be secret. */
    @Override
    public String toString() {
        return "CodeboltSettings[" + server + "]";
    }
}
