package io.agentruntime.nookplot;

import io.agentruntime.client.ClientBuilder;
import io.agentruntime.client.ClientOptions;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.http.BaseUrl;
import io.agentruntime.http.CredentialSource;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.HttpOptions;
import io.agentruntime.http.ReactorHttpExchange;
import io.agentruntime.telemetry.RuntimeTelemetry;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.WebSocketOptions;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Configures a {@link NookplotRuntime}. {@code gatewayUrl} and {@code apiKey} are required, everything else has a default.
 * A value that cannot work fails here, with an {@link InvalidOptionException} that names the option.
 *
 * <p>Reconnects with 10 retries, {@code min(1 s * 2^n, 30 s) + random(0, 1 s)}, by default.
 */
public final class NookplotRuntimeBuilder extends ClientBuilder<NookplotRuntimeBuilder> {

    private @Nullable BaseUrl gateway;
    private @Nullable CredentialSource credentials;
    private boolean refreshable;
    private @Nullable SigningKey privateKey;
    private Map<String, Object> metadata = Map.of();
    private Duration heartbeatInterval = Duration.ofSeconds(30);
    private @Nullable Duration livenessTimeout;
    private Duration handshakeTimeout = Duration.ofSeconds(10);
    private Duration subscribeTimeout = Duration.ofSeconds(10);
    private Duration sessionCheckInterval = Duration.ofMinutes(5);
    private Duration backgroundPause = Duration.ofSeconds(5);
    private Duration sendPatience = Duration.ZERO;
    private boolean autoSubscribe = true;
    private RefillPolicy refill = RefillPolicy.defaults();
    private HttpOptions http = HttpOptions.defaults();
    private @Nullable HttpExchange exchange;
    private @Nullable PipeConnector pipes;
    private boolean shutdownHook;

    NookplotRuntimeBuilder() {
        super(ReconnectPolicy::documented, NookplotVerdicts.classifier());
    }

    /** The gateway's base URL, {@code http} or {@code https}; may end in {@code /}. Required. */
    public NookplotRuntimeBuilder gatewayUrl(String url) {
        this.gateway = BaseUrl.of("gatewayUrl", url);
        return this;
    }

    /** The agent's API key, {@code nk_...}. Required, this or a supplier. Appears in no log, error or {@code toString}. */
    public NookplotRuntimeBuilder apiKey(String key) {
        this.credentials = CredentialSource.fixed("apiKey", key);
        this.refreshable = false;
        return this;
    }

    /**
     * Supplies the agent's API key: subscribed before every connect, and again when the gateway answers a request with 401.
     * Must not block.
     */
    public NookplotRuntimeBuilder apiKey(Mono<String> supplier) {
        this.credentials = CredentialSource.supplier("apiKey", supplier);
        this.refreshable = true;
        return this;
    }

    /**
     * The agent's key for transactions and signed messages: 32 bytes of secp256k1 in hex, with or without {@code 0x}.
     * Appears in no log, error or {@code toString}, and is never sent. Default: none, and nothing can be signed. Needs the
     * optional dependency {@code org.web3j:crypto}: {@link #build()} fails without it. It tries the key out, so do not build
     * on an event loop then.
     */
    public NookplotRuntimeBuilder privateKey(String hex) {
        this.privateKey = SigningKey.of(hex);
        return this;
    }

    /** What the session is registered with; at most 8 KB as JSON. Default: nothing. */
    public NookplotRuntimeBuilder metadata(Map<String, Object> metadata) {
        this.metadata = Map.copyOf(metadata);
        return this;
    }

    /** How often a heartbeat and a ping go out; default 30 s. 15 to 20 s for busy agents, 60 s for quiet ones. */
    public NookplotRuntimeBuilder heartbeatInterval(Duration interval) {
        this.heartbeatInterval = Checks.positive("heartbeatInterval", interval);
        return this;
    }

    /**
     * The longest silence of the gateway before the session is given up and replaced; default twice the heartbeat interval.
     * Must be longer than that interval.
     */
    public NookplotRuntimeBuilder livenessTimeout(Duration limit) {
        this.livenessTimeout = Checks.positive("livenessTimeout", limit);
        return this;
    }

    /** The longest wait for the WebSocket to open, and again for the gateway's first frame; default 10 s each. */
    public NookplotRuntimeBuilder handshakeTimeout(Duration limit) {
        this.handshakeTimeout = Checks.positive("handshakeTimeout", limit);
        return this;
    }

    /** The longest wait for the gateway's answer to subscribing or unsubscribing a channel; default 10 s. */
    public NookplotRuntimeBuilder subscribeTimeout(Duration limit) {
        this.subscribeTimeout = Checks.positive("subscribeTimeout", limit);
        return this;
    }

    /** How often the gateway is asked whether it still knows the session; default 5 min, zero for never. */
    public NookplotRuntimeBuilder sessionCheckInterval(Duration interval) {
        this.sessionCheckInterval = Checks.notNegative("sessionCheckInterval", interval);
        return this;
    }

    /** The least time between two calls in the background (listing channels, fetching texts); default 5 s. */
    public NookplotRuntimeBuilder backgroundPause(Duration pause) {
        this.backgroundPause = Checks.notNegative("backgroundPause", pause);
        return this;
    }

    /** How long {@code sendWs} waits for a session when there is none; default zero: it fails at once. */
    public NookplotRuntimeBuilder sendPatience(Duration patience) {
        this.sendPatience = Checks.notNegative("sendPatience", patience);
        return this;
    }

    /** Whether the channels that the agent is a member of are subscribed by themselves; default {@code true}. */
    public NookplotRuntimeBuilder autoSubscribe(boolean subscribe) {
        this.autoSubscribe = subscribe;
        return this;
    }

    /**
     * How far refilled streams go back after a loss; default 1 h, 1000 messages.
     *
     * <pre>{@code .refill(r -> r.withMaxAge(Duration.ofMinutes(10)).withMaxMessages(200))}</pre>
     */
    public NookplotRuntimeBuilder refill(UnaryOperator<RefillPolicy> spec) {
        this.refill = spec.apply(RefillPolicy.defaults());
        return this;
    }

    /** HTTP requests: time limit, response size, pool, 429 retries, circuit breaker, rate limiter. */
    public NookplotRuntimeBuilder http(UnaryOperator<HttpOptions.Builder> spec) {
        this.http = spec.apply(HttpOptions.builder()).build();
        return this;
    }

    /**
     * Where delays, limits and heartbeats are kept; default {@link Schedulers#parallel()}. A scheduler given here signs too,
     * which is done on {@link Schedulers#boundedElastic()} otherwise.
     */
    @Override
    public NookplotRuntimeBuilder timer(Scheduler scheduler) {
        return super.timer(scheduler);
    }

    /**
     * Another way to the gateway than Reactor Netty, for tests in memory or for one's own. Whoever made them closes them;
     * {@code net} and {@code webSocket} then have no effect.
     */
    public NookplotRuntimeBuilder transport(HttpExchange exchange, PipeConnector pipes) {
        this.exchange = exchange;
        this.pipes = pipes;
        return this;
    }

    /** Whether the runtime is closed when the JVM shuts down, within {@code closeTimeout}; default {@code false}. */
    public NookplotRuntimeBuilder shutdownHook(boolean close) {
        this.shutdownHook = close;
        return this;
    }

    /** The runtime, not connected yet. Errors: {@link InvalidOptionException}. */
    public NookplotRuntime build() {
        NookplotRuntime runtime = new NookplotRuntime(settings());
        if (shutdownHook) {
            ShutdownHook.register(runtime, options().closeTimeout());
        }
        return runtime;
    }

    NookplotSettings settings() {
        BaseUrl url = Checks.required("gatewayUrl", gateway);
        CredentialSource keys = Checks.required("apiKey", credentials);
        Duration liveness = livenessTimeout("heartbeatInterval", heartbeatInterval, livenessTimeout);
        WebSocketOptions webSocket = webSocketOptions(handshakeTimeout);
        Signer signer = privateKey == null ? null : Signer.of(privateKey);
        ClientOptions client = options();
        ReactorHttpExchange ownExchange =
                exchange == null ? ReactorHttpExchange.create(netOptions(), http, client.timer()) : null;
        HttpExchange requests = ownExchange == null ? Checks.required("transport", exchange) : ownExchange;
        PipeConnector sockets = pipes == null ? webSockets(webSocket) : pipes;
        RuntimeTelemetry watched = openTelemetry("nookplot");
        return new NookplotSettings(
                url,
                keys,
                refreshable,
                metadata,
                heartbeatInterval,
                liveness,
                handshakeTimeout,
                subscribeTimeout,
                sessionCheckInterval,
                backgroundPause,
                sendPatience,
                autoSubscribe,
                refill,
                client,
                http,
                signer,
                timerOr(Schedulers.boundedElastic()),
                watched.http(requests),
                watched.pipes(sockets),
                ownExchange == null ? Mono.empty() : ownExchange.close(),
                watched);
    }
}
