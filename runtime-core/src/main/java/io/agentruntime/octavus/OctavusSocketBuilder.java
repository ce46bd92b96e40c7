package io.agentruntime.octavus;

import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.net.NetOptions;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.telemetry.RuntimeTelemetry;
import io.agentruntime.telemetry.Telemetry;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.WebSocketConnector;
import io.agentruntime.transport.WebSocketOptions;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

/**
 * Configures an {@link OctavusSocketTransport}. {@code url} or {@code connector} is required, everything else has a default. A
 * value that cannot work fails here, with an {@link InvalidOptionException} that names the option.
 */
public final class OctavusSocketBuilder {

    private static final Set<String> SCHEMES = Set.of("ws", "wss", "http", "https");

    /** The target of connectors that need none. */
    private static final URI NOWHERE = URI.create("octavus://connector/");

    private @Nullable URI url;
    private @Nullable PipeConnector connector;
    private @Nullable Mono<String> sessionId;
    private boolean idInUrl;
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration sendPatience = Duration.ofSeconds(30);
    private Duration settleTimeout = Duration.ofSeconds(2);
    private Duration turnTimeout = Duration.ofMinutes(5);
    private Duration heartbeatInterval = Duration.ofSeconds(30);
    private @Nullable Duration livenessTimeout;
    private Duration closeTimeout = Duration.ofSeconds(5);
    private Duration maxReadPause = Duration.ofSeconds(30);
    private ReconnectPolicy reconnect = ReconnectPolicy.fullJitter().build();
    private FailureClassifier classifier = FailureClassifier.standard();
    private NetOptions net = NetOptions.defaults();
    private UnaryOperator<WebSocketOptions.Builder> webSocket = UnaryOperator.identity();
    private StreamOptions streams = StreamOptions.defaults();
    private @Nullable Scheduler timer;
    private RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
    private JsonCodec json = JsonCodec.create();
    private Telemetry telemetry = Telemetry.none();

    OctavusSocketBuilder() {}

    /** The socket's address: {@code ws}, {@code wss}, {@code http} or {@code https}. Its query is never shown. */
    public OctavusSocketBuilder url(String address) {
        this.url = checkUrl(address);
        return this;
    }

    /**
     * Another way to open a pipe than a WebSocket: SockJS, in memory, or one's own. {@code net} and {@code webSocket} then have
     * no effect. A connector that needs no address is used without {@code url}.
     */
    public OctavusSocketBuilder connector(PipeConnector pipes) {
        this.connector = pipes;
        return this;
    }

    /** The id of the session; default: the server makes one for each socket. Named with {@code init} after each connect. */
    public OctavusSocketBuilder sessionId(String id) {
        return sessionId(Mono.just(checkId(id)));
    }

    /** Supplies the session's id: subscribed before each connect. Must not block; its errors are those of the attempt. */
    public OctavusSocketBuilder sessionId(Mono<String> supplier) {
        this.sessionId = supplier;
        return this;
    }

    /** Whether the id goes into the address, as {@code sessionId=}, instead of an {@code init} message; default {@code false}. */
    public OctavusSocketBuilder sessionInUrl(boolean inUrl) {
        this.idInUrl = inUrl;
        return this;
    }

    /** The longest that one attempt takes, asking for the id and naming it included; default 10 s. */
    public OctavusSocketBuilder connectTimeout(Duration limit) {
        this.connectTimeout = positive("connectTimeout", limit);
        return this;
    }

    /** How long a turn waits for the socket, while reconnecting too; default 30 s. */
    public OctavusSocketBuilder sendPatience(Duration patience) {
        this.sendPatience = positive("sendPatience", patience);
        return this;
    }

    /**
     * How long a turn that was given up before anything of it came holds the next one back, and how long an error that may be
     * either's waits for a sign; default 2 s. Longer than a round trip.
     */
    public OctavusSocketBuilder settleTimeout(Duration limit) {
        this.settleTimeout = positive("settleTimeout", limit);
        return this;
    }

    /** The longest that a turn goes on without an event; default 5 min. */
    public OctavusSocketBuilder turnTimeout(Duration limit) {
        this.turnTimeout = positive("turnTimeout", limit);
        return this;
    }

    /** How often a ping goes out; default 30 s. */
    public OctavusSocketBuilder heartbeatInterval(Duration interval) {
        this.heartbeatInterval = positive("heartbeatInterval", interval);
        return this;
    }

    /**
     * The longest silence of the server before the socket is given up and replaced; default twice the heartbeat interval. Must
     * be longer than that interval.
     */
    public OctavusSocketBuilder livenessTimeout(Duration limit) {
        this.livenessTimeout = positive("livenessTimeout", limit);
        return this;
    }

    /** The longest that {@code disconnect()} takes; default 5 s. */
    public OctavusSocketBuilder closeTimeout(Duration limit) {
        this.closeTimeout = positive("closeTimeout", limit);
        return this;
    }

    /** The longest that the subscriber of a turn may hold reading; default 30 s. */
    public OctavusSocketBuilder maxReadPause(Duration limit) {
        this.maxReadPause = positive("maxReadPause", limit);
        return this;
    }

    /** Reconnecting; default without end, {@code random(0, min(1 s * 2^n, 30 s))}. {@code maxRetries(0)} turns it off. */
    public OctavusSocketBuilder reconnect(UnaryOperator<ReconnectPolicy.Builder> spec) {
        this.reconnect = spec.apply(ReconnectPolicy.fullJitter()).build();
        return this;
    }

    /** What failures mean; default {@link FailureClassifier#standard()}. */
    public OctavusSocketBuilder classifier(FailureClassifier failures) {
        this.classifier = failures;
        return this;
    }

    /** The way to the server: connect limit, TLS, proxy, event loops, and a customiser of Reactor Netty's client. */
    public OctavusSocketBuilder net(UnaryOperator<NetOptions.Builder> spec) {
        this.net = spec.apply(NetOptions.builder()).build();
        return this;
    }

    /** The WebSocket: message size, compression, outbound queue. */
    public OctavusSocketBuilder webSocket(UnaryOperator<WebSocketOptions.Builder> spec) {
        this.webSocket = spec;
        return this;
    }

    /**
     * How subscribers are served; default {@link StreamOptions#defaults()}. The policy is that of custom events: the subscriber
     * of a turn always slows the socket down.
     */
    public OctavusSocketBuilder streams(StreamOptions options) {
        this.streams = options;
        return this;
    }

    /** Where delays, limits and heartbeats are kept; default {@link Schedulers#parallel()}. */
    public OctavusSocketBuilder timer(Scheduler scheduler) {
        this.timer = scheduler;
        return this;
    }

    /** Where jitter comes from. */
    public OctavusSocketBuilder random(RandomGenerator generator) {
        this.random = generator;
        return this;
    }

    /** The Jackson mapper that reads and writes; default {@link JsonCodec#create()}. */
    public OctavusSocketBuilder jsonMapper(JsonMapper mapper) {
        this.json = JsonCodec.of(mapper);
        return this;
    }

    /** Who hears of what the transport does: meters, observations. Default {@link Telemetry#none()}. */
    public OctavusSocketBuilder telemetry(Telemetry watcher) {
        this.telemetry = watcher;
        return this;
    }

    /** The transport, not connected yet. Errors: {@link InvalidOptionException}. */
    public OctavusSocketTransport build() {
        return new OctavusSocketTransport(settings());
    }

    private SocketSettings settings() {
        Scheduler clock = timer == null ? Schedulers.parallel() : timer;
        PipeConnector own = connector;
        URI address = url;
        if (address == null) {
            if (own == null) {
                throw new InvalidOptionException("url", "nothing", "is required, or a connector");
            }
            address = NOWHERE;
        }
        WebSocketOptions options = webSocket
                .apply(WebSocketOptions.builder().handshakeTimeout(connectTimeout))
                .build();
        URI target = own == null ? webSocketAddress(address) : address;
        Duration liveness = liveness();
        RuntimeTelemetry watched = RuntimeTelemetry.open(telemetry, "octavus", clock);
        return new SocketSettings(
                target,
                new AtomicReference<>(sessionId),
                idInUrl,
                connectTimeout,
                sendPatience,
                settleTimeout,
                turnTimeout,
                heartbeatInterval,
                liveness,
                closeTimeout,
                maxReadPause,
                reconnect,
                classifier,
                streams,
                clock,
                random,
                json,
                watched.pipes(own == null ? WebSocketConnector.of(net, options, clock) : own),
                watched);
    }

    private Duration liveness() {
        if (livenessTimeout == null) {
            return heartbeatInterval.multipliedBy(2);
        }
        if (livenessTimeout.compareTo(heartbeatInterval) <= 0) {
            throw new InvalidOptionException(
                    "livenessTimeout", livenessTimeout, "must be longer than heartbeatInterval " + heartbeatInterval);
        }
        return livenessTimeout;
    }

    private static URI webSocketAddress(URI url) {
        String text = url.toString();
        return text.regionMatches(true, 0, "http", 0, 4) ? URI.create("ws" + text.substring(4)) : url;
    }

    private static URI checkUrl(String address) {
        URI uri;
        try {
            uri = new URI(address.strip());
        } catch (URISyntaxException e) {
            throw new InvalidOptionException("url", "something else", "must be the address of a socket");
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (uri.getHost() == null || !SCHEMES.contains(scheme)) {
            throw new InvalidOptionException(
                    "url", "scheme '" + scheme + "'", "must be a ws, wss, http or https address of a host");
        }
        if (uri.getRawFragment() != null || uri.getRawUserInfo() != null) {
            throw new InvalidOptionException("url", uri.getHost(), "must have no user info or fragment");
        }
        return uri;
    }

    static String checkId(String id) {
        if (id.isBlank()) {
            throw new InvalidOptionException("sessionId", "a blank text", "must be the id of a session");
        }
        return id;
    }

    static Duration positive(String option, Duration duration) {
        if (duration.toMillis() < 1) {
            throw new InvalidOptionException(option, duration, "must be at least 1 ms");
        }
        return duration;
    }
}
