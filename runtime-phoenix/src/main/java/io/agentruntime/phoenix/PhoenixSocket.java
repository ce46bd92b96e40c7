package io.agentruntime.phoenix;

import io.agentruntime.connection.ConnectionEngine;
import io.agentruntime.connection.ConnectionEvent;
import io.agentruntime.connection.ConnectionListener;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Failed;
import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.stream.SubscriberStats;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A socket to a Phoenix server: one connection that is kept, and the channels that share it.
 *
 * <pre>{@code
 * PhoenixSocket socket = PhoenixSocket.builder().url("wss://example.com/socket").build();
 * PhoenixChannel lobby = socket.channel("room:lobby");
 * lobby.on("shout", Shout.class).subscribe(shout -> ...);
 * socket.connect().then(lobby.join()).then(lobby.push("shout", new Shout("hello"))).subscribe();
 * }</pre>
 *
 * <p>Nothing happens before subscription, nothing blocks, and cancelling is honoured everywhere. A socket connects again by
 * itself, its channels join again by themselves, and its streams outlive its sessions. {@link #close()} it at the end.
 */
public final class PhoenixSocket {

    private final SocketSettings settings;
    private final SocketHub hub;
    private final Topics topics;
    private final ConnectionEngine<PhoenixSession> engine;
    private final Mono<Void> closing;

    PhoenixSocket(SocketSettings settings) {
        this.settings = settings;
        this.hub = new SocketHub(settings);
        this.topics = new Topics(hub);
        AtomicLong refs = new AtomicLong();
        WireCodec codec = WireCodec.of(settings.serializer(), settings.json());
        this.engine = new ConnectionEngine<>(
                new PhoenixOpener(
                        settings,
                        info -> new PhoenixSession(info, settings, codec, refs, topics::sessionEnded),
                        session -> new SessionFrames(session, codec, hub, topics)),
                settings.connection(),
                settings.telemetry().connection(new Listener()));
        settings.telemetry().streams(hub.kinds());
        this.closing = Mono.defer(this::closeAll).cache();
    }

    /** Starts to configure a socket. */
    public static PhoenixSocketBuilder builder() {
        return new PhoenixSocketBuilder();
    }

    private final class Listener implements ConnectionListener<PhoenixSession> {

        @Override
        public void onState(ConnectionState state) {
            if (state instanceof Failed failed) {
                topics.connectionFailed(failed.cause());
                hub.messages.fail(failed.cause());
            }
        }

        @Override
        public void onSession(PhoenixSession session) {
            session.onEnd(hub.gate.attach(session::reading));
            topics.sessionOpened(session);
        }
    }

    // ---- The connection

    /**
     * Connects, or joins whoever is at it already, or emits the session that is open.
     *
     * <p>By default there is one attempt, whose error is the result: {@link io.agentruntime.error.HandshakeException} (403:
     * the application refuses the params), {@link io.agentruntime.error.ConnectFailedException}, {@link
     * io.agentruntime.error.TimeLimitException}, what a supplier of params or token fails with; the state is {@code
     * Disconnected} again then. From the first session on the socket reconnects by itself. Cancelling gives the attempt up
     * when nobody else waits for it. Other errors: {@link io.agentruntime.error.DisconnectedException} when {@link
     * #disconnect()} wins, {@link io.agentruntime.error.RuntimeClosedException}.
     */
    public Mono<PhoenixSessionInfo> connect() {
        return engine.connect().map(PhoenixSession::info);
    }

    /**
     * Closes the session with 1000 and stays disconnected. Channels stay wanted, and are joined again after the next {@link
     * #connect()}. Completes when the session has ended, at most after {@code closeTimeout}; idempotent; never fails.
     */
    public Mono<Void> disconnect() {
        return engine.disconnect();
    }

    /** {@link #disconnect()} for good: closes the channels, completes every stream, frees every resource. Never fails. */
    public Mono<Void> close() {
        return closing;
    }

    private Mono<Void> closeAll() {
        return engine.close()
                .then(Mono.fromRunnable(() -> {
                    topics.close();
                    hub.complete();
                }))
                .then(settings.releaseTransport())
                .doOnTerminate(settings.telemetry()::close);
    }

    /**
     * Lets what is queued for sending go out, and what has arrived reach its subscribers. Completes when that is done, or {@code
     * limit} has passed; never fails. Pushes that wait for a join or a reply are not waited for. Call it before {@link #close()}
     * where nothing must be cut off.
     */
    public Mono<Void> drain(Duration limit) {
        return settings.client()
                .drain(engine, () -> subscribers().stream().allMatch(subscriber -> subscriber.buffered() == 0), limit);
    }

    /**
     * The present state, then each one after it. Never fails, never repeats a state, completes after {@link #close()}. A
     * subscriber that falls behind misses the oldest.
     */
    public Flux<ConnectionState> state() {
        return engine.state();
    }

    /** The present state. */
    public ConnectionState currentState() {
        return engine.currentState();
    }

    /** Attempts, failures with their verdicts, delays, close statuses: what happens between the states. */
    public Flux<ConnectionEvent> connectionEvents() {
        return engine.events();
    }

    /**
     * Sends a heartbeat, and emits how long the server took to answer. Errors: {@link
     * io.agentruntime.error.NotConnectedException}, {@link io.agentruntime.error.TimeLimitException} after {@code
     * pushTimeout}, {@link io.agentruntime.error.SessionEndedException}.
     */
    public Mono<Duration> ping() {
        return engine.session(Duration.ZERO).flatMap(PhoenixSession::ping);
    }

    // ---- Channels

    /**
     * A channel that is joined without params. Nothing is sent before {@link PhoenixChannel#join()}. Errors: {@link
     * io.agentruntime.error.InvalidOptionException} when the topic is blank, or {@code phoenix}, which is that of the heartbeats.
     */
    public PhoenixChannel channel(String topic) {
        return channel(topic, ChannelOptions.builder().build());
    }

    /** A channel that is joined with params, any value that Jackson can write. */
    public PhoenixChannel channel(String topic, Object params) {
        return channel(topic, ChannelOptions.builder().params(params).build());
    }

    /** A channel whose supplier of params is subscribed before every join. It must not block. */
    public PhoenixChannel channel(String topic, Mono<?> params) {
        return channel(topic, ChannelOptions.builder().params(params).build());
    }

    /**
     * A channel with options of its own.
     *
     * <pre>{@code socket.channel("room:lobby", c -> c.params(token).resume("last_id", m -> m.payload().json().string("id")))}</pre>
     */
    public PhoenixChannel channel(String topic, UnaryOperator<ChannelOptions.Builder> spec) {
        return channel(topic, spec.apply(ChannelOptions.builder()).build());
    }

    /** Each call makes a channel; of those with one topic, the one that was joined last has it, and the others are closed. */
    private PhoenixChannel channel(String topic, ChannelOptions options) {
        if (topic.equals(PhoenixSession.TOPIC)) {
            throw new InvalidOptionException("topic", topic, "is that of the heartbeats, which nobody joins");
        }
        Checks.text("topic", topic);
        return new PhoenixChannel(new ChannelMachine(topic, options, settings, topics, hub), settings, hub);
    }

    // ---- What arrives

    /** Every message of the server, of whatever topic, the protocol's own included: for logging. Hot; not slowed by others. */
    public Flux<PhoenixMessage> messages() {
        return messages(settings.streams());
    }

    /** Every message of the server, served with options of one's own. */
    public Flux<PhoenixMessage> messages(StreamOptions options) {
        return hub.messages.flux(options);
    }

    /**
     * What goes wrong and no caller waits for: frames that cannot be read, payloads that do not fit their type. Never fails;
     * completes after {@link #close()}. A subscriber that falls behind misses the oldest.
     */
    public Flux<RuntimeClientException> errors() {
        return hub.errors.flux(settings.background());
    }

    /** Every present subscriber of this socket's streams and of its channels', with its buffer and its losses. */
    public List<SubscriberStats> subscribers() {
        List<SubscriberStats> all = hub.stats();
        topics.known().forEach(channel -> all.addAll(channel.streams().stats()));
        return all;
    }

    @Override
    public String toString() {
        return "PhoenixSocket[" + settings.url() + ", " + currentState().name() + "]";
    }
}
