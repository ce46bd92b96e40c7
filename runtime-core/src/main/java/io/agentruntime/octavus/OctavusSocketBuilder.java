package io.agentruntime.octavus;

import io.agentruntime.client.ClientBuilder;
import io.agentruntime.client.ClientOptions;
import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.telemetry.RuntimeTelemetry;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.WebSocketOptions;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Configures an {@link OctavusSocketTransport}. {@code url} or {@code connector} is required, everything else has a default. A
 * value that cannot work fails here, with an {@link InvalidOptionException} that names the option.
 *
 * <p>Reconnects without end, {@code random(0, min(30 s, 1 s * 2^n))}, by default; {@code maxRetries(0)} turns it off. Failures
 * mean what {@link FailureClassifier#standard()} says, unless {@code classifier} says otherwise. The policy of {@code streams} is
 * that of custom events: the subscriber of a turn always slows the socket down.
 */
public final class OctavusSocketBuilder extends ClientBuilder<OctavusSocketBuilder> {

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

    OctavusSocketBuilder() {
        super(ReconnectPolicy::fullJitter, FailureClassifier.standard());
    }

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
        this.connectTimeout = Checks.positive("connectTimeout", limit);
        return this;
    }

    /** How long a turn waits for the socket, while reconnecting too; default 30 s. */
    public OctavusSocketBuilder sendPatience(Duration patience) {
        this.sendPatience = Checks.positive("sendPatience", patience);
        return this;
    }

    /**
     * How long a turn that was given up before anything of it came holds the next one back, and how long an error that may be
     * either's waits for a sign; default 2 s. Longer than a round trip.
     */
    public OctavusSocketBuilder settleTimeout(Duration limit) {
        this.settleTimeout = Checks.positive("settleTimeout", limit);
        return this;
    }

    /** The longest that a turn goes on without an event; default 5 min. */
    public OctavusSocketBuilder turnTimeout(Duration limit) {
        this.turnTimeout = Checks.positive("turnTimeout", limit);
        return this;
    }

    /** How often a ping goes out; default 30 s. */
    public OctavusSocketBuilder heartbeatInterval(Duration interval) {
        this.heartbeatInterval = Checks.positive("heartbeatInterval", interval);
        return this;
    }

    /**
     * The longest silence of the server before the socket is given up and replaced; default twice the heartbeat interval. Must
     * be longer than that interval.
     */
    public OctavusSocketBuilder livenessTimeout(Duration limit) {
        this.livenessTimeout = Checks.positive("livenessTimeout", limit);
        return this;
    }

    /** The transport, not connected yet. Errors: {@link InvalidOptionException}. */
    public OctavusSocketTransport build() {
        return new OctavusSocketTransport(settings());
    }

    private SocketSettings settings() {
        PipeConnector own = connector;
        URI address = url;
        if (address == null) {
            if (own == null) {
                throw new InvalidOptionException("url", "nothing", "is required, or a connector");
            }
            address = NOWHERE;
        }
        WebSocketOptions webSocket = webSocketOptions(connectTimeout);
        URI target = own == null ? webSocketAddress(address) : address;
        Duration liveness = livenessTimeout("heartbeatInterval", heartbeatInterval, livenessTimeout);
        ClientOptions client = options();
        PipeConnector pipes = own == null ? webSockets(webSocket) : own;
        RuntimeTelemetry watched = openTelemetry("octavus");
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
                client,
                watched.pipes(pipes),
                watched);
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
}
