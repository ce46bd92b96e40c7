package io.agentruntime.octavus;

import io.agentruntime.connection.ConnectionEngine;
import io.agentruntime.connection.ConnectionEvent;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.octavus.TransportState.Status;
import io.agentruntime.stream.HotStream;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.ReadGate;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.stream.SubscriberStats;
import io.agentruntime.telemetry.Operation;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Turns over a socket, kept open by the engine: WebSocket, SockJS, or a pipe of one's own.
 *
 * <pre>{@code
 * OctavusSocketTransport transport = OctavusTransport.socket("wss://example.com/octavus").build();
 * transport.trigger("user-message", Map.of("USER_MESSAGE", "Hello")).subscribe(event -> ...);
 * }</pre>
 *
 * <p>Connects with the first turn, or with {@link #connect()}. After a loss it connects again by itself; the turn that ran
 * then has ended with an error, for nobody can tell what became of it. Where the server makes the session, a conversation ends
 * with its socket, and {@link #sessionResets()} says so; where the client names it, it goes on.
 */
public final class OctavusSocketTransport implements OctavusTransport {

    private final SocketSettings settings;
    private final ConnectionEngine<OctavusSession> engine;
    private final SocketStates states;
    private final Turns turns;
    private final ReadGate gate;
    private final HotStream<StreamEvent.Custom> custom;
    private final HotStream<SessionReset> resets;
    private final HotStream<RuntimeClientException> errors;
    private final AtomicReference<@Nullable Throwable> lostConversation = new AtomicReference<>();
    private final Mono<Void> closing;

    OctavusSocketTransport(SocketSettings settings) {
        this.settings = settings;
        this.gate = new ReadGate(settings.maxReadPause(), settings.timer());
        this.custom = new HotStream<>("custom events", gate);
        this.resets = new HotStream<>("session resets", null);
        this.errors = new HotStream<>("errors of octavus", null);
        this.states = new SocketStates(this::setUp, custom::fail);
        this.turns = new Turns(settings, Mono.defer(this::openSession));
        EventReader reader = new EventReader(settings.json());
        this.engine = new ConnectionEngine<>(
                new SocketOpener(
                        settings,
                        session -> new SocketFrames(session, reader, turns, custom, errors),
                        this::retired,
                        states::attemptFailed),
                settings.connection(),
                settings.telemetry().connection(states));
        settings.telemetry().streams(custom.kind(), resets.kind(), errors.kind());
        this.closing = Mono.defer(this::closeAll).cache();
    }

    /** The session that is open, or the next one, within {@code sendPatience}. */
    private Mono<OctavusSession> openSession() {
        return engine.connect()
                .timeout(
                        settings.sendPatience(),
                        Mono.error(() -> new TimeLimitException("Waiting for the socket", settings.sendPatience())),
                        settings.timer());
    }

    private void setUp(OctavusSession session) {
        session.onEnd(gate.attach(session::reading));
        Throwable lost = lostConversation.getAndSet(null);
        if (lost != null && !settings.namesSession()) {
            resets.next(new SessionReset(lost));
        }
    }

    private void retired(OctavusSession session, Throwable cause) {
        if (session.holdsConversation()) {
            lostConversation.set(cause);
        }
        turns.sessionLost(session, cause);
    }

    // ---- The connection

    /**
     * Connects now instead of at the first turn; parallel callers share one attempt. Completes when the socket is open.
     *
     * <p>Errors: {@link io.agentruntime.error.ConnectFailedException}, {@link io.agentruntime.error.HandshakeException},
     * {@link TimeLimitException} after {@code connectTimeout}, what {@code sessionId} fails with; {@link
     * io.agentruntime.error.DisconnectedException} when {@link #disconnect()} wins; {@link
     * io.agentruntime.error.RuntimeClosedException}. The state is {@link Status#ERROR} then, and the next turn, or {@code
     * connect()}, tries anew. Cancelling gives the attempt up when nobody else waits for it.
     */
    public Mono<Void> connect() {
        return engine.connect().then();
    }

    /**
     * Closes the socket and stays disconnected; wins over a connect that is running. The turn that runs ends with {@link
     * io.agentruntime.error.DisconnectedException}. Completes when the socket is closed, at most after {@code closeTimeout};
     * idempotent; never fails. The next turn, or {@link #connect()}, starts again.
     */
    public Mono<Void> disconnect() {
        return engine.disconnect().doOnTerminate(states::disconnected);
    }

    /** The present state with its error, then each one after it. Never fails or repeats one; completes at {@link #close()}. */
    public Flux<TransportState> connectionState() {
        return states.flux(settings.streams().withPolicy(OverflowPolicy.DROP_OLDEST));
    }

    /** The present state with its error. */
    public TransportState currentState() {
        return states.current();
    }

    /**
     * The same in the words of every runtime, with attempts, delays and since when. A first attempt that fails leads to {@code
     * Disconnected} there. Never fails or repeats one; completes at {@link #close()}.
     */
    public Flux<ConnectionState> state() {
        return engine.state();
    }

    /** Attempts, failures with their verdicts, delays, close statuses: what happens between the states. */
    public Flux<ConnectionEvent> connectionEvents() {
        return engine.events();
    }

    /**
     * Turns to another session of the client's naming. The turn that runs ends with {@link
     * StreamEvent.Aborted.Reason#SESSION_CHANGED}. A socket that is open is replaced by one of the new session; completes when
     * that is open, at once when there was none. Errors: those of {@link #connect()}.
     */
    public Mono<Void> useSession(String sessionId) {
        return useSession(Mono.just(OctavusSocketBuilder.checkId(sessionId)));
    }

    /** Turns to another session, whose id is asked for at each connect. See {@link #useSession(String)}. */
    public Mono<Void> useSession(Mono<String> sessionId) {
        return Mono.defer(() -> {
            turns.sessionChanges();
            settings.sessionId().set(sessionId);
            Status before = currentState().status();
            boolean open = before == Status.CONNECTED || before == Status.CONNECTING;
            return open ? engine.disconnect().then(connect()) : Mono.empty();
        });
    }

    // ---- Turns

    @Override
    public Flux<StreamEvent> trigger(String triggerName, @Nullable Map<String, ?> input) {
        Flux<StreamEvent> turn = Flux.defer(() -> turns.flux(new Turn(
                "the turn of trigger '" + triggerName + "'",
                settings.message(ClientMessages.trigger(null, triggerName, input)),
                null,
                gate)));
        return settings.telemetry()
                .observe(new Operation.Push("trigger", triggerName, ""), turn, StreamEvent.Aborted.class::isInstance);
    }

    @Override
    public Flux<StreamEvent> continueWith(String executionId, List<ToolResult> results) {
        Flux<StreamEvent> turn = Flux.defer(() -> turns.flux(new Turn(
                "the turn that continues execution " + executionId,
                settings.message(ClientMessages.continuation(null, executionId, results)),
                executionId,
                gate)));
        return settings.telemetry()
                .observe(new Operation.Push("continue", "continue", ""), turn, StreamEvent.Aborted.class::isInstance);
    }

    @Override
    public Mono<Void> stop() {
        return turns.stop();
    }

    /** Sends any JSON value beside the turns. Completes when it was handed to the socket. Connects if need be. */
    public Mono<Void> send(Object message) {
        Mono<Void> sending = Mono.fromCallable(() -> settings.message(message))
                .flatMap(encoded -> openSession().flatMap(session -> session.send(encoded)));
        return settings.telemetry().observe(new Operation.Push("send", "message", ""), sending, nothing -> "ok");
    }

    @Override
    public Flux<StreamEvent.Custom> customEvents() {
        return customEvents(settings.streams());
    }

    /** {@link #customEvents()}, with a buffer and policy of one's own. */
    public Flux<StreamEvent.Custom> customEvents(StreamOptions options) {
        return custom.flux(options);
    }

    @Override
    public Flux<SessionReset> sessionResets() {
        return resets.flux(settings.streams().withPolicy(OverflowPolicy.DROP_OLDEST));
    }

    @Override
    public Flux<RuntimeClientException> errors() {
        return errors.flux(settings.streams().withPolicy(OverflowPolicy.DROP_OLDEST));
    }

    /** Every present subscriber of what comes beside the turns, with its buffer and its losses. */
    public List<SubscriberStats> subscribers() {
        return custom.stats();
    }

    @Override
    public Mono<Void> close() {
        return closing;
    }

    private Mono<Void> closeAll() {
        turns.close();
        return engine.close().then(Mono.fromRunnable(() -> {
            custom.complete();
            resets.complete();
            errors.complete();
            states.complete();
            settings.telemetry().close();
        }));
    }
}
