package io.agentruntime.octavus;

import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.http.HttpOptions;
import io.agentruntime.http.ReactorHttpExchange;
import io.agentruntime.http.StreamingExchange;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.net.NetOptions;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.telemetry.RuntimeTelemetry;
import io.agentruntime.telemetry.Telemetry;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

/**
 * Configures an {@link OctavusHttpTransport}. {@code sessionId} is required, everything else has a default. A value that cannot
 * work fails here, with an {@link InvalidOptionException} that names the option.
 */
public final class OctavusHttpBuilder {

    private final URI url;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private @Nullable Mono<String> sessionId;
    private Duration responseTimeout = Duration.ofSeconds(30);
    private Duration turnTimeout = Duration.ofMinutes(5);
    private int maxEventBytes = 1 << 20;
    private HttpOptions http = HttpOptions.defaults();
    private NetOptions net = NetOptions.defaults();
    private StreamOptions streams = StreamOptions.defaults();
    private @Nullable Scheduler timer;
    private JsonCodec json = JsonCodec.create();
    private Telemetry telemetry = Telemetry.none();
    private @Nullable StreamingExchange exchange;

    OctavusHttpBuilder(String url) {
        this.url = checkUrl(url);
        headers.put("content-type", "application/json");
        headers.put("accept", "text/event-stream");
    }

    static URI checkUrl(String address) {
        URI uri;
        try {
            uri = new URI(address.strip());
        } catch (URISyntaxException e) {
            throw new InvalidOptionException("url", "something else", "must be an http or https address");
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (uri.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new InvalidOptionException("url", "scheme '" + scheme + "'", "must be an http or https address");
        }
        return uri;
    }

    /** The session's id. This, or a supplier, is required. */
    public OctavusHttpBuilder sessionId(String id) {
        return sessionId(Mono.just(OctavusSocketBuilder.checkId(id)));
    }

    /** Supplies the session's id: subscribed before each turn. Must not block; its errors are those of the turn. */
    public OctavusHttpBuilder sessionId(Mono<String> supplier) {
        this.sessionId = supplier.switchIfEmpty(
                Mono.error(() -> new InvalidOptionException("sessionId", "nothing", "must supply an id")));
        return this;
    }

    /** A header of each request, credentials for example. Its value appears in no log, error or {@code toString}. */
    public OctavusHttpBuilder header(String name, String value) {
        headers.put(name.toLowerCase(Locale.ROOT), value);
        return this;
    }

    /** The longest wait for the beginning of an answer; default 30 s. */
    public OctavusHttpBuilder responseTimeout(Duration limit) {
        this.responseTimeout = Checks.positive("responseTimeout", limit);
        return this;
    }

    /** The longest that a turn goes on without anything arriving; default 5 min. */
    public OctavusHttpBuilder turnTimeout(Duration limit) {
        this.turnTimeout = Checks.positive("turnTimeout", limit);
        return this;
    }

    /** The largest event in bytes; default 1 MiB. */
    public OctavusHttpBuilder maxEventBytes(int bytes) {
        this.maxEventBytes = Checks.atLeast("maxEventBytes", bytes, 1024);
        return this;
    }

    /** The pool of connections. Retries and the other limits of {@link HttpOptions} do not apply to turns. */
    public OctavusHttpBuilder http(UnaryOperator<HttpOptions.Builder> spec) {
        this.http = spec.apply(HttpOptions.builder()).build();
        return this;
    }

    /** The way to the server: connect limit, TLS, proxy, event loops, and a customiser of Reactor Netty's client. */
    public OctavusHttpBuilder net(UnaryOperator<NetOptions.Builder> spec) {
        this.net = spec.apply(NetOptions.builder()).build();
        return this;
    }

    /** How subscribers are served; default {@link StreamOptions#defaults()}. */
    public OctavusHttpBuilder streams(StreamOptions options) {
        this.streams = options;
        return this;
    }

    /** Where limits are kept; default {@link Schedulers#parallel()}. */
    public OctavusHttpBuilder timer(Scheduler scheduler) {
        this.timer = scheduler;
        return this;
    }

    /** The Jackson mapper that reads and writes; default {@link JsonCodec#create()}. */
    public OctavusHttpBuilder jsonMapper(JsonMapper mapper) {
        this.json = JsonCodec.of(mapper);
        return this;
    }

    /** Another way to the server than Reactor Netty. Whoever made it closes it; {@code net} and {@code http} have no effect. */
    public OctavusHttpBuilder exchange(StreamingExchange other) {
        this.exchange = other;
        return this;
    }

    /** Who hears of what the transport does: meters, observations. Default {@link Telemetry#none()}. */
    public OctavusHttpBuilder telemetry(Telemetry watcher) {
        this.telemetry = watcher;
        return this;
    }

    /** The transport. Errors: {@link InvalidOptionException}. */
    public OctavusHttpTransport build() {
        Mono<String> id = Checks.required("sessionId", sessionId);
        Scheduler clock = timer == null ? Schedulers.parallel() : timer;
        ReactorHttpExchange own = exchange == null ? ReactorHttpExchange.create(net, http, clock) : null;
        StreamingExchange other = exchange;
        RuntimeTelemetry watched = RuntimeTelemetry.open(telemetry, "octavus", clock);
        return new OctavusHttpTransport(new HttpTransportSettings(
                url,
                id,
                Map.copyOf(headers),
                responseTimeout,
                turnTimeout,
                maxEventBytes,
                streams,
                clock,
                json,
                watched.streaming(own != null ? own : Objects.requireNonNull(other)),
                own == null ? Mono.empty() : own.close(),
                watched));
    }
}
