package io.agentruntime.codebolt;

import io.agentruntime.client.ClientBuilder;
import io.agentruntime.client.ClientOptions;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.http.BaseUrl;
import io.agentruntime.http.CredentialSource;
import io.agentruntime.telemetry.RuntimeTelemetry;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.WebSocketOptions;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Configures a {@link CodeboltPlugin}. {@code pluginId} and {@code pluginToken} are required, everything else has a default.
 * A value that cannot work fails here, with an {@link InvalidOptionException} that names the option.
 *
 * <p>Reconnects without end, {@code random(0, min(30 s, 1 s * 2^n))}, by default.
 */
public final class CodeboltPluginBuilder extends ClientBuilder<CodeboltPluginBuilder> {

    /** The environment variable with the server's address or host. */
    public static final String SERVER_URL_VARIABLE = "CODEBOLT_SERVER_URL";

    /** The environment variable with the server's port. */
    public static final String PORT_VARIABLE = "SOCKET_PORT";

    /** The environment variable with the plugin's id. */
    public static final String PLUGIN_ID_VARIABLE = "pluginId";

    /** The environment variable with the plugin's token. */
    public static final String PLUGIN_TOKEN_VARIABLE = "pluginToken";

    private static final String DEFAULT_HOST = "localhost";
    private static final int DEFAULT_PORT = 12_345;

    private BaseUrl server = ServerAddress.of("serverUrl", DEFAULT_HOST, DEFAULT_PORT);
    private @Nullable String pluginId;
    private @Nullable Mono<String> pluginToken;
    private boolean refreshable;
    private Duration pingInterval = Duration.ofSeconds(30);
    private @Nullable Duration livenessTimeout;
    private Duration handshakeTimeout = Duration.ofSeconds(10);
    private Duration startTimeout = Duration.ofSeconds(10);
    private Duration requestTimeout = Duration.ofSeconds(30);
    private Duration registerTimeout = Duration.ofSeconds(10);
    private Duration stopTimeout = Duration.ofSeconds(5);
    private Duration sendPatience = Duration.ZERO;
    private boolean acknowledgeReplies;
    private @Nullable PipeConnector pipes;

    CodeboltPluginBuilder() {
        super(ReconnectPolicy::fullJitter, CodeboltVerdicts.classifier());
    }

    /**
     * The server: {@code ws}, {@code wss}, {@code http} or {@code https}, or a host alone, which means {@code ws} and port
     * 12345. By default {@code localhost}.
     */
    public CodeboltPluginBuilder serverUrl(String url) {
        this.server = ServerAddress.of("serverUrl", url, DEFAULT_PORT);
        return this;
    }

    /** The server by its host and port, without TLS. */
    public CodeboltPluginBuilder server(String host, int port) {
        this.server = ServerAddress.of("server", host, port);
        return this;
    }

    /** The plugin's id, as the server assigned it. Required. */
    public CodeboltPluginBuilder pluginId(String id) {
        this.pluginId = Checks.text("pluginId", id);
        return this;
    }

    /** The plugin's token, as the server assigned it. Required, this or a supplier. Appears in no log, error or {@code toString}. */
    public CodeboltPluginBuilder pluginToken(String token) {
        this.pluginToken = CredentialSource.fixed("pluginToken", token).current();
        this.refreshable = false;
        return this;
    }

    /** Supplies the plugin's token: subscribed before every connect. Must not block. */
    public CodeboltPluginBuilder pluginToken(Mono<String> supplier) {
        this.pluginToken = CredentialSource.supplier("pluginToken", supplier).refresh();
        this.refreshable = true;
        return this;
    }

    /** {@link #fromEnvironment(Map)} of this process, which the server has started. */
    public CodeboltPluginBuilder fromEnvironment() {
        return fromEnvironment(System.getenv());
    }

    /**
     * Server, id and token from {@code CODEBOLT_SERVER_URL}, {@code SOCKET_PORT}, {@code pluginId} and {@code pluginToken};
     * what is not set stays as it is. Nothing else of the environment is read or sent.
     */
    public CodeboltPluginBuilder fromEnvironment(Map<String, String> environment) {
        String url = environment.getOrDefault(SERVER_URL_VARIABLE, "");
        String port = environment.getOrDefault(PORT_VARIABLE, "");
        if (!url.isBlank() || !port.isBlank()) {
            server = ServerAddress.ofEnvironment(url.isBlank() ? DEFAULT_HOST : url, port, DEFAULT_PORT);
        }
        if (environment.containsKey(PLUGIN_ID_VARIABLE)) {
            pluginId(environment.get(PLUGIN_ID_VARIABLE));
        }
        if (environment.containsKey(PLUGIN_TOKEN_VARIABLE)) {
            pluginToken(environment.get(PLUGIN_TOKEN_VARIABLE));
        }
        return this;
    }

    /** How often a ping goes out; default 30 s. */
    public CodeboltPluginBuilder pingInterval(Duration interval) {
        this.pingInterval = Checks.positive("pingInterval", interval);
        return this;
    }

    /** The longest silence of the server before the session is replaced; default twice the ping interval, and more than it. */
    public CodeboltPluginBuilder livenessTimeout(Duration limit) {
        this.livenessTimeout = Checks.positive("livenessTimeout", limit);
        return this;
    }

    /** The longest wait for the WebSocket to open; default 10 s. */
    public CodeboltPluginBuilder handshakeTimeout(Duration limit) {
        this.handshakeTimeout = Checks.positive("handshakeTimeout", limit);
        return this;
    }

    /** The longest wait for the server's start message; default 10 s. */
    public CodeboltPluginBuilder startTimeout(Duration limit) {
        this.startTimeout = Checks.positive("startTimeout", limit);
        return this;
    }

    /** The longest wait for the answer to a request; default 30 s. */
    public CodeboltPluginBuilder requestTimeout(Duration limit) {
        this.requestTimeout = Checks.positive("requestTimeout", limit);
        return this;
    }

    /** The longest wait for the answer to registering a channel; default 10 s. */
    public CodeboltPluginBuilder registerTimeout(Duration limit) {
        this.registerTimeout = Checks.positive("registerTimeout", limit);
        return this;
    }

    /** The longest that a handler of {@link Lifecycle#onStop} may take before the server is told that it failed; default 5 s. */
    public CodeboltPluginBuilder stopTimeout(Duration limit) {
        this.stopTimeout = Checks.positive("stopTimeout", limit);
        return this;
    }

    /** How long requests wait for a session when there is none; default zero: they fail at once. */
    public CodeboltPluginBuilder sendPatience(Duration patience) {
        this.sendPatience = Checks.notNegative("sendPatience", patience);
        return this;
    }

    /** Whether {@link Gateway#onReply} answers each reply with {@code gateway.routeAck}; default {@code false}. */
    public CodeboltPluginBuilder acknowledgeReplies(boolean acknowledge) {
        this.acknowledgeReplies = acknowledge;
        return this;
    }

    /** Another way to the server than Reactor Netty; {@code net} and {@code webSocket} then have no effect. */
    public CodeboltPluginBuilder transport(PipeConnector connector) {
        this.pipes = connector;
        return this;
    }

    /** The plugin, not connected yet. Errors: {@link InvalidOptionException}. */
    public CodeboltPlugin build() {
        return new CodeboltPlugin(settings());
    }

    CodeboltSettings settings() {
        WebSocketOptions webSocket = webSocketOptions(handshakeTimeout);
        String id = Checks.required("pluginId", pluginId);
        Mono<String> token = Checks.required("pluginToken", pluginToken);
        Duration liveness = livenessTimeout("pingInterval", pingInterval, livenessTimeout);
        ClientOptions client = options();
        PipeConnector sockets = pipes == null ? webSockets(webSocket) : pipes;
        RuntimeTelemetry watched = openTelemetry("codebolt");
        return new CodeboltSettings(
                server,
                id,
                token,
                refreshable,
                pingInterval,
                liveness,
                startTimeout,
                requestTimeout,
                registerTimeout,
                stopTimeout,
                sendPatience,
                acknowledgeReplies,
                client,
                watched.pipes(sockets),
                watched);
    }
}
