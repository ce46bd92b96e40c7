package io.agentruntime.phoenix;

import io.agentruntime.client.ClientBuilder;
import io.agentruntime.client.ClientOptions;
import io.agentruntime.connection.DelayStrategy;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.http.BaseUrl;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.HttpOptions;
import io.agentruntime.http.ReactorHttpExchange;
import io.agentruntime.phoenix.longpoll.LongPollConnector;
import io.agentruntime.telemetry.RuntimeTelemetry;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.WebSocketOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Configures a {@link PhoenixSocket}. {@code url} is required, everything else has a default. A value that cannot work fails
 * here, with an {@link InvalidOptionException} that names the option.
 *
 * <p>Reconnects without end, {@code random(0, min(5 s, 1 s * 2^n))}, by default; {@link PhoenixDelays#reconnect()} is what
 * Phoenix' own client does.
 *
 * <p>The outbound queue of {@code webSocket} holds for long-polling too.
 */
public final class PhoenixSocketBuilder extends ClientBuilder<PhoenixSocketBuilder> {

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
    private int pushBuffer = 1000;
    private DelayStrategy rejoinDelays = PhoenixDelays.rejoin();
    private HttpOptions http = HttpOptions.defaults();
    private @Nullable HttpExchange exchange;
    private @Nullable PipeConnector pipes;

    PhoenixSocketBuilder() {
        super(PhoenixSocketBuilder::usualReconnect, PhoenixVerdicts.classifier());
    }

    private static ReconnectPolicy.Builder usualReconnect() {
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
        this.authToken = Mono.just(secret("authToken", token));
        return this;
    }

    /** Supplies the token: subscribed before every connect, within {@code handshakeTimeout}. Must not block. */
    public PhoenixSocketBuilder authToken(Mono<String> supplier) {
        this.authToken = supplier.map(token -> secret("authToken", token));
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

    /** The delays before a channel is joined again while the connection lives; default {@link PhoenixDelays#rejoin()}. */
    public PhoenixSocketBuilder rejoinDelays(DelayStrategy delays) {
        this.rejoinDelays = delays;
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

    /** How many pushes of a channel may wait for it to be joined; default 1000. */
    public PhoenixSocketBuilder pushBuffer(int capacity) {
        this.pushBuffer = Checks.atLeast("pushBuffer", capacity, 0);
        return this;
    }

    /** The HTTP requests of long-polling: response size, pool. Their time limit is {@code longPollTimeout}. */
    public PhoenixSocketBuilder http(UnaryOperator<HttpOptions.Builder> spec) {
        this.http = spec.apply(HttpOptions.builder()).build();
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

    /** The socket, not connected yet. Errors: {@link InvalidOptionException}. */
    public PhoenixSocket build() {
        return new PhoenixSocket(settings());
    }

    SocketSettings settings() {
        BaseUrl address = Checks.required("url", url);
        WebSocketOptions webSocket = webSocketOptions(handshakeTimeout);
        ClientOptions client = options();
        ReactorHttpExchange ownExchange = exchange == null && transport != PhoenixTransport.WEBSOCKET
                ? ReactorHttpExchange.create(netOptions(), http, client.timer())
                : null;
        HttpExchange requests = ownExchange == null ? exchange : ownExchange;
        PipeConnector sockets = pipes == null ? webSockets(webSocket) : pipes;
        RuntimeTelemetry watched = openTelemetry("phoenix");
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
                pushBuffer,
                rejoinDelays,
                client,
                watched.pipes(sockets),
                watched.pipes(longPolls(client, requests == null ? null : watched.http(requests), webSocket)),
                ownExchange == null ? Mono.empty() : ownExchange.close(),
                watched);
    }

    private PipeConnector longPolls(ClientOptions client, @Nullable HttpExchange requests, WebSocketOptions limits) {
        return requests == null
                ? (request, listener) -> Mono.error(new IllegalStateException("No long-polling"))
                : LongPollConnector.of(
                        requests, client.json(), longPollTimeout, http.maxResponseBytes(), limits, client.timer());
    }

    /** A header or parameter has to carry it; the value is not shown. */
    private static String secret(String option, String value) {
        if (value.isEmpty() || !value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new InvalidOptionException(
                    option, "a value of " + value.length() + " characters", "must be visible ASCII characters");
        }
        return value;
    }

    private Duration heartbeatLimit() {
        if (heartbeatTimeout != null) {
            return heartbeatTimeout;
        }
        return heartbeatInterval.compareTo(joinTimeout) < 0 ? joinTimeout : heartbeatInterval;
    }
}
