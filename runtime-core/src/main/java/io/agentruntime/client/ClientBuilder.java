package io.agentruntime.client;

import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.net.NetOptions;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.telemetry.RuntimeTelemetry;
import io.agentruntime.telemetry.Telemetry;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.WebSocketConnector;
import io.agentruntime.transport.WebSocketOptions;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

/**
 * The options that every client with a connection has. A value that cannot work fails here, with an {@link
 * InvalidOptionException} that names the option.
 *
 * @param <B> the builder itself
 */
public abstract class ClientBuilder<B extends ClientBuilder<B>> {

    private final Supplier<ReconnectPolicy.Builder> usualReconnect;
    private ReconnectPolicy reconnect;
    private FailureClassifier classifier;
    private Duration closeTimeout = Duration.ofSeconds(5);
    private Duration maxReadPause = Duration.ofSeconds(30);
    private NetOptions net = NetOptions.defaults();
    private UnaryOperator<WebSocketOptions.Builder> webSocket = UnaryOperator.identity();
    private StreamOptions streams = StreamOptions.defaults();
    private @Nullable Scheduler timer;
    private RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
    private JsonCodec json = JsonCodec.create();
    private Telemetry telemetry = Telemetry.none();

    /**
     * @param usualReconnect the policy that {@link #reconnect} starts from
     * @param usualClassifier what failures mean where nothing else is said
     */
    protected ClientBuilder(Supplier<ReconnectPolicy.Builder> usualReconnect, FailureClassifier usualClassifier) {
        this.usualReconnect = usualReconnect;
        this.reconnect = usualReconnect.get().build();
        this.classifier = usualClassifier;
    }

    // ---- The options

    /**
     * Reconnecting; the default is the protocol's, see its page.
     *
     * <pre>{@code .reconnect(r -> r.maxRetries(5).maxDelay(Duration.ofMinutes(1)))}</pre>
     */
    public B reconnect(UnaryOperator<ReconnectPolicy.Builder> spec) {
        this.reconnect = spec.apply(usualReconnect.get()).build();
        return self();
    }

    /** What failures mean; default: the table on the protocol's page. */
    public B classifier(FailureClassifier failures) {
        this.classifier = failures;
        return self();
    }

    /** The longest that {@code disconnect()} takes; default 5 s. */
    public B closeTimeout(Duration limit) {
        this.closeTimeout = Checks.positive("closeTimeout", limit);
        return self();
    }

    /** The longest that a {@code BACKPRESSURE} subscriber may hold reading; default 30 s. */
    public B maxReadPause(Duration limit) {
        this.maxReadPause = Checks.positive("maxReadPause", limit);
        return self();
    }

    /** The way to the server: connect limit, TLS, proxy, event loops, and a customiser of Reactor Netty's client. */
    public B net(UnaryOperator<NetOptions.Builder> spec) {
        this.net = spec.apply(NetOptions.builder()).build();
        return self();
    }

    /**
     * The WebSocket: message size, compression, outbound queue. Its handshake limit is the client's own unless it is set here
     * too.
     */
    public B webSocket(UnaryOperator<WebSocketOptions.Builder> spec) {
        this.webSocket = spec;
        return self();
    }

    /** How subscribers are served that bring no options of their own; default {@link StreamOptions#defaults()}. */
    public B streams(StreamOptions options) {
        this.streams = options;
        return self();
    }

    /** Where delays, limits and heartbeats are kept; default {@link Schedulers#parallel()}. */
    public B timer(Scheduler scheduler) {
        this.timer = scheduler;
        return self();
    }

    /** Where jitter and the ids of requests come from. */
    public B random(RandomGenerator generator) {
        this.random = generator;
        return self();
    }

    /** The Jackson mapper that reads and writes; default {@link JsonCodec#create()}. */
    public B jsonMapper(JsonMapper mapper) {
        this.json = JsonCodec.of(mapper);
        return self();
    }

    /** Who hears of what the client does: meters, observations. Default {@link Telemetry#none()}. */
    public B telemetry(Telemetry watcher) {
        this.telemetry = watcher;
        return self();
    }

    // ---- For the protocols' builders

    /** What the options have come to. */
    protected final ClientOptions options() {
        return new ClientOptions(
                closeTimeout,
                maxReadPause,
                reconnect,
                classifier,
                streams,
                timerOr(Schedulers.parallel()),
                random,
                json);
    }

    /** The scheduler that was given, or the usual one. */
    protected final Scheduler timerOr(Scheduler usual) {
        return timer == null ? usual : timer;
    }

    /** The way to the server. */
    protected final NetOptions netOptions() {
        return net;
    }

    /**
     * The WebSocket.
     *
     * @param handshakeTimeout its limit, where none is set
     */
    protected final WebSocketOptions webSocketOptions(Duration handshakeTimeout) {
        return webSocket
                .apply(WebSocketOptions.builder().handshakeTimeout(handshakeTimeout))
                .build();
    }

    /** WebSockets over Reactor Netty. */
    protected final PipeConnector webSockets(WebSocketOptions options) {
        return WebSocketConnector.of(net, options, timerOr(Schedulers.parallel()));
    }

    /**
     * The longest silence before a session is given up: twice the interval, unless it is set.
     *
     * @param option the name of the interval's option
     */
    protected static Duration livenessTimeout(String option, Duration interval, @Nullable Duration limit) {
        if (limit == null) {
            return interval.multipliedBy(2);
        }
        if (limit.compareTo(interval) <= 0) {
            throw new InvalidOptionException(
                    "livenessTimeout", limit, "must be longer than " + option + " " + interval);
        }
        return limit;
    }

    /** Opens the telemetry. To be called last, when nothing can fail any more: it has to be closed. */
    protected final RuntimeTelemetry openTelemetry(String protocol) {
        return RuntimeTelemetry.open(telemetry, protocol, timerOr(Schedulers.parallel()));
    }

    @SuppressWarnings("unchecked") // what B is for
    private B self() {
        return (B) this;
    }
}
