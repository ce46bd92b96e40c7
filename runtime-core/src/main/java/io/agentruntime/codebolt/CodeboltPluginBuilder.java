package io.agentruntime.codebolt;

import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.http.BaseUrl;
import io.agentruntime.http.CredentialSource;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.net.NetOptions;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.telemetry.RuntimeTelemetry;
import io.agentruntime.telemetry.Telemetry;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.WebSocketConnector;
import io.agentruntime.transport.WebSocketOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

/**
 * Configures a {@link CodeboltPlugin}. {@code pluginId} and {@code pluginToken} are required, everything else has a default.
 * A value that cannot work fails here, with an {@link InvalidOptionException} that names the option.
 */
public final class CodeboltPluginBuilder {

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
    private Duration closeTimeout = Duration.ofSeconds(5);
    private Duration maxReadPause = Duration.ofSeconds(30);
    private Duration sendPatience = Duration.ZERO;
    private boolean acknowledgeReplies;
    private ReconnectPolicy reconnect = ReconnectPolicy.fullJitter().build();
    private FailureClassifier classifier = CodeboltVerdicts.classifier();
    private NetOptions net = NetOptions.defaults();
    private UnaryOperator<WebSocketOptions.Builder> webSocket = UnaryOperator.identity();
    private StreamOptions streams = StreamOptions.defaults();
    private Scheduler timer = Schedulers.parallel();
    private RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
    private JsonCodec json = JsonCodec.create();
    private @Nullable PipeConnector pipes;
    private Telemetry telemetry = Telemetry.none();

    CodeboltPluginBuilder() {}

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

    /** The longest that {@code disconnect()} takes; default 5 s. */
    public CodeboltPluginBuilder closeTimeout(Duration limit) {
        this.closeTimeout = Checks.positive("closeTimeout", limit);
        return this;
    }

    /** The longest that a {@code BACKPRESSURE} subscriber may hold reading; default 30 s. */
    public CodeboltPluginBuilder maxReadPause(Duration limit) {
        this.maxReadPause = Checks.positive("maxReadPause", limit);
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

    /**
     * Reconnecting; default without end, {@code random(0, min(30 s, 1 s * 2^n))}.
     *
     * <pre>{@code .reconnect(r -> r.maxRetries(5).maxDelay(Duration.ofMinutes(1)))}</pre>
     */
    public CodeboltPluginBuilder reconnect(UnaryOperator<ReconnectPolicy.Builder> spec) {
        this.reconnect = spec.apply(ReconnectPolicy.fullJitter()).build();
        return this;
    }

    /** What failures mean; default: the table in the documentation. */
    public CodeboltPluginBuilder classifier(FailureClassifier failures) {
        this.classifier = failures;
        return this;
    }

    /** The way to the server: connect limit, TLS, proxy, event loops, and a customiser of Reactor Netty's client. */
    public CodeboltPluginBuilder net(UnaryOperator<NetOptions.Builder> spec) {
        this.net = spec.apply(NetOptions.builder()).build();
        return this;
    }

    /** The WebSocket: message size, compression, outbound queue. Its handshake limit is {@code handshakeTimeout}. */
    public CodeboltPluginBuilder webSocket(UnaryOperator<WebSocketOptions.Builder> spec) {
        this.webSocket = spec;
        return this;
    }

    /** How subscribers and handlers are served that bring no options of their own; default {@link StreamOptions#defaults()}. */
    public CodeboltPluginBuilder streams(StreamOptions options) {
        this.streams = options;
        return this;
    }

    /** Where delays and limits are kept; default {@link Schedulers#parallel()}. */
    public CodeboltPluginBuilder timer(Scheduler scheduler) {
        this.timer = scheduler;
        return this;
    }

    /** Where jitter and the ids of requests come from. */
    public CodeboltPluginBuilder random(RandomGenerator generator) {
        this.random = generator;
        return this;
    }

    /** The Jackson mapper that reads and writes; default {@link JsonCodec#create()}. */
    public CodeboltPluginBuilder jsonMapper(JsonMapper mapper) {
        this.json = JsonCodec.of(mapper);
        return this;
    }

    /** Another way to the server than Reactor Netty; {@code net} and {@code webSocket} then have no effect. */
    public CodeboltPluginBuilder transport(PipeConnector connector) {
        this.pipes = connector;
        return this;
    }

    /** Who hears of what the plugin does: meters, observations. Default {@link Telemetry#none()}. */
    public CodeboltPluginBuilder telemetry(Telemetry watcher) {
        this.telemetry = watcher;
        return this;
    }

    /** The plugin, not connected yet. Errors: {@link InvalidOptionException}. */
    public CodeboltPlugin build() {
        return new CodeboltPlugin(settings());
    }

    CodeboltSettings settings() {
        WebSocketOptions webSocketOptions = webSocket
                .apply(WebSocketOptions.builder().handshakeTimeout(handshakeTimeout))
                .build();
        String id = Checks.required("pluginId", pluginId);
        Mono<String> token = Checks.required("pluginToken", pluginToken);
        Duration liveness = liveness();
        RuntimeTelemetry watched = RuntimeTelemetry.open(telemetry, "codebolt", timer);
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
                closeTimeout,
                maxReadPause,
                sendPatience,
                acknowledgeReplies,
                reconnect,
                classifier,
                streams,
                timer,
                random,
                json,
                watched.pipes(pipes == null ? WebSocketConnector.of(net, webSocketOptions, timer) : pipes),
                watched);
    }

    private Duration liveness() {
        if (livenessTimeout == null) {
            return pingInterval.multipliedBy(2);
        }
        if (livenessTimeout.compareTo(pingInterval) <= 0) {
            throw new InvalidOptionException(
                    "livenessTimeout", livenessTimeout, "must be longer than pingInterval " + pingInterval);
        }
        return livenessTimeout;
    }
}
