package io.agentruntime.atomemo;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.Verdict;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.phoenix.PhoenixMessage;
import io.agentruntime.phoenix.PhoenixSocket;
import io.agentruntime.phoenix.PhoenixSocketBuilder;
import io.agentruntime.phoenix.PhoenixVerdicts;
import io.agentruntime.telemetry.Telemetry;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Configures a {@link Transporter}. Listeners are called on the scheduler of the socket's streams, by default one on which
 * they may block; what they throw is logged.
 */
public final class TransporterBuilder {

    final AtomemoEnvironment environment;
    Runnable onOpen = () -> {};
    Consumer<CloseStatus> onClose = status -> {};
    Consumer<TransportError> onError = error -> {};
    Consumer<PhoenixMessage> onMessage = message -> {};
    /** A request may bring files with it. */
    private static final int MAX_MESSAGE_BYTES = 16 << 20;

    private Duration heartbeatInterval = Duration.ofSeconds(30);
    private Scheduler timer = Schedulers.parallel();
    private Telemetry telemetry = Telemetry.none();
    private UnaryOperator<PhoenixSocketBuilder> socket = UnaryOperator.identity();

    TransporterBuilder(AtomemoEnvironment environment) {
        this.environment = environment;
    }

    /** How often a heartbeat goes out; default 30 s. */
    public TransporterBuilder heartbeatInterval(Duration interval) {
        this.heartbeatInterval = interval;
        return this;
    }

    /** Called when a connection is established. */
    public TransporterBuilder onOpen(Runnable listener) {
        this.onOpen = listener;
        return this;
    }

    /** Called with its status when a connection has ended. */
    public TransporterBuilder onClose(Consumer<CloseStatus> listener) {
        this.onClose = listener;
        return this;
    }

    /** Called when something goes wrong with the connection. */
    public TransporterBuilder onError(Consumer<TransportError> listener) {
        this.onError = listener;
        return this;
    }

    /** Called for every message of the hub. */
    public TransporterBuilder onMessage(Consumer<PhoenixMessage> listener) {
        this.onMessage = listener;
        return this;
    }

    /** Where delays, limits and heartbeats are kept; default {@link Schedulers#parallel()}. */
    public TransporterBuilder timer(Scheduler scheduler) {
        this.timer = scheduler;
        return this;
    }

    /** Who hears of what the connection does: meters, observations. Default {@link Telemetry#none()}. */
    public TransporterBuilder telemetry(Telemetry watcher) {
        this.telemetry = watcher;
        return this;
    }

    /**
     * Everything else about the socket: limits, reconnecting, TLS and proxy. Messages of the hub may have 16 MiB unless its
     * {@code webSocket} is set.
     */
    public TransporterBuilder socket(UnaryOperator<PhoenixSocketBuilder> spec) {
        this.socket = spec;
        return this;
    }

    /** The transporter, not connected yet. Errors: {@link io.agentruntime.error.InvalidOptionException}. */
    public Transporter build() {
        PhoenixSocketBuilder options = PhoenixSocket.builder()
                .url(environment.socketUrl())
                .params(environment.socketParams())
                .heartbeatInterval(heartbeatInterval)
                .webSocket(webSocket -> webSocket.maxMessageBytes(MAX_MESSAGE_BYTES))
                .timer(timer)
                .telemetry(protocol -> telemetry.open("atomemo"))
                .classifier(classifier(environment.isProduction()));
        return new Transporter(this, socket.apply(options).build());
    }

    /** Outside production a hub that refuses the very first connection does not know the key, and will not learn it. */
    private static FailureClassifier classifier(boolean production) {
        FailureClassifier phoenix = PhoenixVerdicts.classifier();
        return failure -> !production && !failure.established() && failure.cause() instanceof HandshakeException
                ? Verdict.TERMINAL
                : phoenix.classify(failure);
    }
}
