package io.agentruntime.phoenix;

import io.agentruntime.connection.DelayStrategy;
import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.http.BaseUrl;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.HttpOptions;
import io.agentruntime.http.ReactorHttpExchange;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.net.NetOptions;
import io.agentruntime.phoenix.longpoll.LongPollConnector;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.telemetry.RuntimeTelemetry;
import io.agentruntime.telemetry.Telemetry;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.WebSocketConnector;
import io.agentruntime.transport.WebSocketOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

/**
 * Configures a {@link PhoenixSocket}. {@code url} is required, everything else has a default. A value that cannot work fails
 * here, with an {@link InvalidOptionException} that names the option.
 */
public final class PhoenixSocketBuilder {

    /** What a browser's client is given may end in the transport. */
    private static final Pattern ADDRESS = Pattern.compile("(?i:ws|http)([sS]?)(://.*?)(?:/(?:websocket|longpoll))?/*");

    private @Nullable BaseUrl url;
    private Mono<Map<String, Object>> params = Mono.just(Map.of());
    private Mono<String> authToken = Mono.empty();
    private @Nullable String authTokenParam;
    private boolean refreshable;
    private PhoenixSerializer serializer = PhoenixSerializer.V2;
    private PhoenixTransport transport = PhoenixTransport.WEBSOCKET;
    private Duration fallbackAfter = Duration.ofMillis(2500);
    private Duration longPollTimeout = Duration.ofSeconds(20);
    private Duration heartbeatInterval = Duration.ofSeconds(30);
    private @Nullable Duration heartbeatTimeout;
    private Duration handshakeTimeout = Duration.ofSeconds(10);
    private Duration joinTimeout = Duration.ofSeconds(10);
    private Duration pushTimeout = Duration.ofSeconds(10);
    private Duration leaveTimeout = Duration.ofSeconds(10);
    private Duration closeTimeout = Duration.ofSeconds(5);
    private Duration maxReadPause = Duration.ofSeconds(30);
    private int pushBuffer = 1000;
    private DelayStrategy rejoinDelays = PhoenixDelays.rejoin();
    private ReconnectPolicy reconnect = defaultReconnect().build();
    private FailureClassifier classifier = PhoenixVerdicts.classifier();
    private HttpOptions http = HttpOptions.defaults();
    private NetOptions net = NetOptions.defaults();
    private UnaryOperator<WebSocketOptions.Builder> webSocket = UnaryOperator.identity();
    private StreamOptions streams = StreamOptions.defaults();
    private Scheduler timer = Schedulers.parallel();
    private RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
    private JsonCodec json = JsonCodec.create();
    private @Nullable HttpExchange exchange;
    private @Nullable PipeConnector pipes;
    private Telemetry telemetry = Telemetry.none();

    PhoenixSocketBuilder() {}

    private static ReconnectPolicy.Builder defaultReconnect() {
        return ReconnectPolicy.fullJitter().maxDelay(Duration.ofSeconds(5));
    }

    /**
     * The socket's address, {@code ws}, {@code wss}, {@code http} or {@code https}, e.g. {@code wss://example.com/socket};
     * {@code /websocket} or {@code /longpoll} is added by itself. Without a query: that is what {@code params} is for.
     * Required.
     */
    public PhoenixSocketBuilder url(String address) {
        Matcher parts = ADDRESS.matcher(address.strip());
        if (!parts.matches()) {
            throw new InvalidOptionException("url", "something else", "must be a ws, wss, http or https address");
        }
        this.url = BaseUrl.of("url", "http" + parts.group(1) + parts.group(2));
        return this;
    }

    /** What the server is told when the socket connects; values may be maps and lists. Appear in no log. Default: nothing. */
    public PhoenixSocketBuilder params(Map<String, ?> values) {
        this.params = Mono.just(new LinkedHashMap<>(values));
        return this;
    }

    /** Supplies the params: subscribed before every connect, within {@code handshakeTimeout}. Must not block. */
    public PhoenixSocketBuilder params(Mono<? extends Map<String, ?>> supplier) {
        this.params = supplier.map(LinkedHashMap::new);
        this.refreshable = true;
        return this;
    }

    /** A token that the application asks for. Appears in no log, error or {@code toString}. See {@code authTokenParam}. */
    public PhoenixSocketBuilder authToken(String token) {
        this.authToken = Mono.just(Checks.secret("authToken", token));
        return this;
    }

    /** Supplies the token: subscribed before every connect, within {@code handshakeTimeout}. Must not block. */
    public PhoenixSocketBuilder authToken(Mono<String> supplier) {
        this.authToken = supplier.map(token -> Checks.secret("authToken", token));
        this.refreshable = true;
        return this;
    }

    /**
     * Sends the token as this parameter. Default: as a subprotocol of the WebSocket (a header when long-polling), which needs
     * Phoenix 1.8 and {@code auth_token: true}, and keeps it out of the server's logs.
     */
    public PhoenixSocketBuilder authTokenParam(String name) {
        this.authTokenParam = Checks.text("authTokenParam", name);
        return this;
    }

    /** The version of the protocol; default {@link PhoenixSerializer#V2}. */
    public PhoenixSocketBuilder serializer(PhoenixSerializer version) {
        this.serializer = version;
        return this;
    }

    /** How to reach the server; default {@link PhoenixTransport#WEBSOCKET}. */
    public PhoenixSocketBuilder transport(PhoenixTransport choice) {
        this.transport = choice;
        return this;
    }

    /**
     * With {@link PhoenixTransport#WEBSOCKET_THEN_LONGPOLL}, how long the WebSocket may take to open, and again to answer a
     * ping; default 2.5 s.
     */
    public PhoenixSocketBuilder fallbackAfter(Duration limit) {
        this.fallbackAfter = Checks.positive("fallbackAfter", limit);
        return this;
    }

    /** The limit of one request when long-polling; default 20 s. The server answers a poll after 10 s at the latest. */
    public PhoenixSocketBuilder longPollTimeout(Duration limit) {
        this.longPollTimeout = Checks.positive("longPollTimeout", limit);
        return this;
    }

    /** How often a heartbeat goes out; default 30 s. The server closes a connection that is idle for 60 s. */
    public PhoenixSocketBuilder heartbeatInterval(Duration interval) {
        this.heartbeatInterval = Checks.positive("heartbeatInterval", interval);
        return this;
    }

    /**
     * How long a heartbeat may stay without an answer, or any other sign of life, before the session is replaced. Default: the
     * interval, but not less than {@code joinTimeout}, for a server answers nothing while it is busy with a join.
     */
    public PhoenixSocketBuilder heartbeatTimeout(Duration limit) {
        this.heartbeatTimeout = Checks.positive("heartbeatTimeout", limit);
        return this;
    }

    /**
     * Reconnecting; default without end, full jitter {@code random(0, min(5 s, 1 s * 2^n))}. {@link
     * PhoenixDelays#reconnect()} is what Phoenix' own client does.
     */
    public PhoenixSocketBuilder reconnect(UnaryOperator<ReconnectPolicy.Builder> spec) {
        this.reconnect = spec.apply(defaultReconnect()).build();
        return this;
    }

    /** The delays before a channel is joined again while the connection lives; default {@link PhoenixDelays#rejoin()}. */
    public PhoenixSocketBuilder rejoinDelays(DelayStrategy delays) {
        this.rejoinDelays = delays;
        return this;
    }

    /** What failures mean; default: the table in the documentation. */
    public PhoenixSocketBuilder classifier(FailureClassifier failures) {
        this.classifier = failures;
        return this;
    }

    /** The longest wait for params and token, and again for the connection to open; default 10 s each. */
    public PhoenixSocketBuilder handshakeTimeout(Duration limit) {
        this.handshakeTimeout = Checks.positive("handshakeTimeout", limit);
        return this;
    }

    /** The longest wait for the answer to a join; default 10 s. */
    public PhoenixSocketBuilder joinTimeout(Duration limit) {
        this.joinTimeout = Checks.positive("joinTimeout", limit);
        return this;
    }

    /** The longest wait for the reply to a push, counted from the call; default 10 s. */
    public PhoenixSocketBuilder pushTimeout(Duration limit) {
        this.pushTimeout = Checks.positive("pushTimeout", limit);
        return this;
    }

    /** The longest wait for the answer to a leave; default 10 s. */
    public PhoenixSocketBuilder leaveTimeout(Duration limit) {
        this.leaveTimeout = Checks.positive("leaveTimeout", limit);
        return this;
    }

    /** The longest that {@code disconnect()} takes; default 5 s. */
    public PhoenixSocketBuilder closeTimeout(Duration limit) {
        this.closeTimeout = Checks.positive("closeTimeout", limit);
        return this;
    }

    /** The longest that a {@code BACKPRESSURE} subscriber may hold reading; default 30 s. */
    public PhoenixSocketBuilder maxReadPause(Duration limit) {
        this.maxReadPause = Checks.positive("maxReadPause", limit);
        return this;
    }

    /** How many pushes of a channel may wait for it to be joined; default 1000. */
    public PhoenixSocketBuilder pushBuffer(int capacity) {
        if (capacity < 0) {
            throw new InvalidOptionException("pushBuffer", capacity, "must not be negative");
        }
        this.pushBuffer = capacity;
        return this;
    }

    /** The HTTP requests of long-polling: response size, pool. Their time limit is {@code longPollTimeout}. */
    public PhoenixSocketBuilder http(UnaryOperator<HttpOptions.Builder> spec) {
        this.http = spec.apply(HttpOptions.builder()).build();
        return this;
    }

    /** The way to the server: connect limit, TLS, proxy, event loops, and a customiser of Reactor Netty's client. */
    public PhoenixSocketBuilder net(UnaryOperator<NetOptions.Builder> spec) {
        this.net = spec.apply(NetOptions.builder()).build();
        return this;
    }

    /**
     * The WebSocket: message size, compression, outbound queue (which holds for long-polling too). Its handshake limit is
     * {@code handshakeTimeout} unless it is set here too.
     */
    public PhoenixSocketBuilder webSocket(UnaryOperator<WebSocketOptions.Builder> spec) {
        this.webSocket = spec;
        return this;
    }

    /** How subscribers are served that bring no options of their own; default {@link StreamOptions#defaults()}. */
    public PhoenixSocketBuilder streams(StreamOptions options) {
        this.streams = options;
        return this;
    }

    /** Where delays, limits and heartbeats are kept; default {@link Schedulers#parallel()}. */
    public PhoenixSocketBuilder timer(Scheduler scheduler) {
        this.timer = scheduler;
        return this;
    }

    /** Where jitter comes from. */
    public PhoenixSocketBuilder random(RandomGenerator generator) {
        this.random = generator;
        return this;
    }

    /** The Jackson mapper that reads and writes; default {@link JsonCodec#create()}. */
    public PhoenixSocketBuilder jsonMapper(JsonMapper mapper) {
        this.json = JsonCodec.of(mapper);
        return this;
    }

    /**
     * Another way to the server than Reactor Netty, for tests in memory or for one's own: {@code pipes} for WebSockets, {@code
     * exchange} for long-polling. Whoever made them closes them; {@code net} and {@code http} then have no effect.
     */
    public PhoenixSocketBuilder transport(HttpExchange exchange, PipeConnector pipes) {
        this.exchange = exchange;
        this.pipes = pipes;
        return this;
    }

    /** Who hears of what the socket does: meters, observations. Default {@link Telemetry#none()}. */
    public PhoenixSocketBuilder telemetry(Telemetry watcher) {
        this.telemetry = watcher;
        return this;
    }

    /** The socket, not connected yet. Errors: {@link InvalidOptionException}. */
    public PhoenixSocket build() {
        return new PhoenixSocket(settings());
    }

    SocketSettings settings() {
        BaseUrl address = url;
        if (address == null) {
            throw new InvalidOptionException("url", "nothing", "is required");
        }
        WebSocketOptions limits = webSocket
                .apply(WebSocketOptions.builder().handshakeTimeout(handshakeTimeout))
                .build();
        ReactorHttpExchange ownExchange = exchange == null && transport != PhoenixTransport.WEBSOCKET
                ? ReactorHttpExchange.create(net, http, timer)
                : null;
        HttpExchange requests = ownExchange == null ? exchange : ownExchange;
        RuntimeTelemetry watched = RuntimeTelemetry.open(telemetry, "phoenix", timer);
        return new SocketSettings(
                address,
                params,
                authToken,
                authTokenParam,
                refreshable,
                serializer,
                transport,
                fallbackAfter,
                heartbeatInterval,
                heartbeatLimit(),
                handshakeTimeout,
                joinTimeout,
                pushTimeout,
                leaveTimeout,
                closeTimeout,
                maxReadPause,
                pushBuffer,
                rejoinDelays,
                reconnect,
                classifier,
                streams,
                timer,
                random,
                json,
                watched.pipes(pipes == null ? WebSocketConnector.of(net, limits, timer) : pipes),
                watched.pipes(longPolls(requests == null ? null : watched.http(requests), limits)),
                ownExchange == null ? Mono.empty() : ownExchange.close(),
                watched);
    }

    private PipeConnector longPolls(@Nullable HttpExchange requests, WebSocketOptions limits) {
        return requests == null
                ? (request, listener) -> Mono.error(new IllegalStateException("No long-polling"))
                : LongPollConnector.of(requests, json, longPollTimeout, http.maxResponseBytes(), limits, timer);
    }

    private Duration heartbeatLimit() {
        if (heartbeatTimeout != null) {
            return heartbeatTimeout;
        }
        return heartbeatInterval.compareTo(joinTimeout) < 0 ? joinTimeout : heartbeatInterval;
    }
}
