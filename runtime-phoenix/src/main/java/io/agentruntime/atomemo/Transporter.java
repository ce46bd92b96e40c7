package io.agentruntime.atomemo;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.connection.ConnectionEvent.AttemptFailed;
import io.agentruntime.connection.ConnectionEvent.SessionLost;
import io.agentruntime.connection.ConnectionEvent.SessionOpened;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Disconnected;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.phoenix.PhoenixChannel;
import io.agentruntime.phoenix.PhoenixMessage;
import io.agentruntime.phoenix.PhoenixSessionInfo;
import io.agentruntime.phoenix.PhoenixSocket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A plugin's connection to its hub: one socket, at the address that the environment tells, and the channels that are joined
 * over it.
 *
 * <pre>{@code
 * Transporter transporter = Transporter.builder(AtomemoEnvironment.fromSystem())
 *         .heartbeatInterval(Duration.ofSeconds(60))
 *         .onOpen(() -> log.info("Connected to the hub"))
 *         .build();
 * transporter.connect("debug_plugin:my-plugin")
 *         .flatMap(handle -> handle.channel().push("hello").then(handle.dispose()))
 *         .subscribe();
 * }</pre>
 *
 * <p>It connects again by itself, and its channels join again by themselves. Its streams are hot, tell of what happens from
 * subscription on, and complete at {@link #close()}.
 */
public final class Transporter {

    private static final Logger log = LoggerFactory.getLogger(Transporter.class);

    private final AtomemoEnvironment environment;
    private final PhoenixSocket socket;
    private final FrameLog frames;
    private final AtomicInteger established = new AtomicInteger();
    private final AtomicInteger handles = new AtomicInteger();

    Transporter(TransporterBuilder options, PhoenixSocket socket) {
        this.environment = options.environment;
        this.socket = socket;
        this.frames = new FrameLog(environment.debug());
        opens().subscribe(session -> established.incrementAndGet());
        tell("onOpen", opens(), session -> options.onOpen.run());
        tell("onClose", closes(), options.onClose);
        tell("onError", errors(), options.onError);
        tell("onMessage", messages(), options.onMessage);
        if (frames.isOn()) {
            tell("The log of frames", messages(), frames::received);
        }
    }

    /** Starts to configure a transporter. */
    public static TransporterBuilder builder(AtomemoEnvironment environment) {
        return new TransporterBuilder(environment);
    }

    /** A listener that throws has seen its event all the same, and sees the next one. */
    private static <T> void tell(String name, Flux<T> events, Consumer<? super T> listener) {
        events.subscribe(
                event -> {
                    try {
                        listener.accept(event);
                    } catch (RuntimeException e) {
                        log.warn("{} has failed", name, e);
                    }
                },
                error -> log.debug("{} hears of nothing more", name, error));
    }

    /**
     * Connects the socket unless it is connected, and joins a channel. Cold.
     *
     * <p>Errors: {@link HubRefusedException} (the hub refuses the connection: outside production the debug key is missing or
     * has expired), {@link io.agentruntime.phoenix.JoinRefusedException} (the hub does not let this plugin in), and those of
     * {@link PhoenixSocket#connect()} and {@link PhoenixChannel#join()}; nothing stays open or goes on trying then.
     */
    public Mono<ChannelHandle> connect(String topic) {
        return Mono.defer(() -> connect(channel(topic)));
    }

    PhoenixChannel channel(String topic) {
        return socket.channel(topic);
    }

    Mono<ChannelHandle> connect(PhoenixChannel channel) {
        return Mono.defer(() -> {
            handles.incrementAndGet();
            ChannelHandle handle = new ChannelHandle(channel, leave(channel));
            return socket.connect()
                    .onErrorMap(HandshakeException.class, this::refused)
                    .then(channel.join())
                    .map(reply -> handle)
                    .onErrorResume(error -> handle.dispose().then(Mono.error(error)))
                    .doOnCancel(() -> handle.dispose().subscribe());
        });
    }

    private HubRefusedException refused(HandshakeException refusal) {
        return new HubRefusedException(refusal, !environment.isProduction());
    }

    private Mono<Void> leave(PhoenixChannel channel) {
        return channel.leave()
                .then(Mono.defer(() -> handles.decrementAndGet() == 0 ? socket.disconnect() : Mono.empty()));
    }

    /** Each session as it opens. */
    public Flux<PhoenixSessionInfo> opens() {
        return socket.connectionEvents().ofType(SessionOpened.class).map(opened ->
                (PhoenixSessionInfo) opened.session());
    }

    /** The close status of each session as it ends: 1006 when it broke, 1000 when this side has disconnected. */
    public Flux<CloseStatus> closes() {
        Flux<CloseStatus> lost = socket.connectionEvents()
                .ofType(SessionLost.class)
                .map(session -> session.end().status());
        Flux<CloseStatus> left = socket.state()
                .buffer(2, 1)
                .filter(pair -> pair.size() == 2 && disconnected(pair.get(0), pair.get(1)))
                .map(pair -> new CloseStatus(CloseStatus.NORMAL, ""));
        return Flux.merge(lost, left);
    }

    private static boolean disconnected(ConnectionState before, ConnectionState after) {
        return before instanceof Connected && after instanceof Disconnected;
    }

    /** What goes wrong with the connection: attempts that fail, sessions that break. */
    public Flux<TransportError> errors() {
        return Flux.defer(() -> {
            AtomicInteger count = new AtomicInteger(established.get());
            return socket.connectionEvents().mapNotNull(event -> {
                if (event instanceof SessionOpened) {
                    count.incrementAndGet();
                } else if (event instanceof AttemptFailed failed) {
                    return new TransportError(failed.cause(), count.get());
                } else if (event instanceof SessionLost lost && lost.end().cause() != null) {
                    return new TransportError(lost.end().toError(), count.get());
                }
                return null;
            });
        });
    }

    /** Every message of the hub, the protocol's own included. */
    public Flux<PhoenixMessage> messages() {
        return socket.messages();
    }

    /** The present state of the connection, then each one after it. */
    public Flux<ConnectionState> state() {
        return socket.state();
    }

    PhoenixSocket socket() {
        return socket;
    }

    FrameLog frames() {
        return frames;
    }

    /** Leaves every channel, disconnects, and frees every resource. Never fails; idempotent. */
    public Mono<Void> close() {
        return socket.close();
    }

    @Override
    public String toString() {
        return "Transporter[" + socket + "]";
    }
}
