package io.agentruntime.codebolt;

import io.agentruntime.connection.ConnectionEngine;
import io.agentruntime.connection.ConnectionEvent;
import io.agentruntime.connection.ConnectionListener;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Failed;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.json.FrameReader;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.ReadGate;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.stream.SubscriberStats;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A channel plugin on a Codebolt server: one connection that is kept, and everything that comes and goes over it.
 *
 * <pre>{@code
 * CodeboltPlugin plugin = CodeboltPlugin.builder().fromEnvironment().build();
 * plugin.gateway().onReply(reply -> platform.send(reply.address(), reply.text()));
 * plugin.connect()
 *         .then(plugin.gateway().registerChannel(ChannelConfig.of("Support", "telegram", agentId, PER_CONVERSATION)))
 *         .subscribe();
 * }</pre>
 *
 * <p>Nothing happens before subscription, nothing blocks, and cancelling is honoured everywhere. A plugin connects again by
 * itself, and its streams outlive its sessions. Both dialects of the server's answers are understood. {@link #close()} it
 * at the end, or leave that to {@link io.agentruntime.runner.PluginRunner}.
 */
public final class CodeboltPlugin {

    private final CodeboltSettings settings;
    private final ReadGate gate;
    private final PluginHub hub;
    private final ConnectionEngine<CodeboltSession> engine;
    private final Lifecycle lifecycle;
    private final Gateway gateway;
    private final DynamicPanels panels;
    private final Mono<Void> closing;

    CodeboltPlugin(CodeboltSettings settings) {
        this.settings = settings;
        this.gate = new ReadGate(settings.maxReadPause(), settings.timer());
        this.hub = new PluginHub(gate);
        this.lifecycle = new Lifecycle(settings, hub);
        this.panels = new DynamicPanels(this, settings, hub);
        ChannelBook channels = new ChannelBook(settings, hub);
        FrameReader reader = CodeboltFrames.reader(settings.json());
        this.engine = new ConnectionEngine<>(
                new CodeboltOpener(
                        settings, channels, session -> new CodeboltFrames(session, hub, channels, lifecycle, reader)),
                settings.connection(),
                settings.telemetry().connection(new States()));
        settings.telemetry().streams(hub.kinds());
        this.gateway = new Gateway(settings, engine, hub, channels);
        this.closing =
                engine.close().then(Mono.<Void>fromRunnable(this::closed)).cache();
    }

    private void closed() {
        hub.complete();
        settings.telemetry().close();
    }

    private final class States implements ConnectionListener<CodeboltSession> {

        @Override
        public void onState(ConnectionState state) {
            if (state instanceof Failed failed) {
                hub.fail(failed.cause());
            }
        }

        @Override
        public void onSession(CodeboltSession session) {
            session.onEnd(gate.attach(session::reading));
        }
    }

    /** Starts to configure a plugin. */
    public static CodeboltPluginBuilder builder() {
        return new CodeboltPluginBuilder();
    }

    // ---- The connection

    /**
     * Connects, or joins whoever is at it already, or emits the session that is open. A session is open when the server's
     * start message is here and the channels of the session before are registered again.
     *
     * <p>By default there is one attempt, whose error is the result: {@link io.agentruntime.error.HandshakeException} with
     * 401 or 403, or {@link io.agentruntime.error.CredentialsRefusedException}, for a token that is refused; {@link
     * io.agentruntime.error.ConnectFailedException}; {@link io.agentruntime.error.TimeLimitException}. From the first session
     * on the plugin reconnects by itself. Other errors: {@link io.agentruntime.error.DisconnectedException} when {@link
     * #disconnect()} wins, {@link io.agentruntime.error.RuntimeClosedException}.
     */
    public Mono<PluginSession> connect() {
        return engine.connect().map(CodeboltSession::info);
    }

    /**
     * Ends the session and stays disconnected; the server takes the plugin's channels as disconnected. Completes when the
     * session has ended, at most after {@code closeTimeout}; idempotent; never fails. {@link #connect()} starts again.
     */
    public Mono<Void> disconnect() {
        return engine.disconnect();
    }

    /** {@link #disconnect()} for good: completes every stream, frees every resource. Idempotent; never fails. */
    public Mono<Void> close() {
        return closing;
    }

    /**
     * Lets what is queued for sending go out, and what has arrived reach its subscribers. Completes when that is done, or
     * {@code limit} has passed; never fails.
     */
    public Mono<Void> drain(Duration limit) {
        return settings.client().drain(engine, () -> hub.drained(), limit);
    }

    /** The present state, then each one after it. Never fails, never repeats a state, completes after {@link #close()}. */
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

    // ---- What it is for

    /** Beginning and ending. */
    public Lifecycle lifecycle() {
        return lifecycle;
    }

    /** Channels, messages to agents, and their replies. */
    public Gateway gateway() {
        return gateway;
    }

    /** Panels of the user interface. */
    public DynamicPanels dynamicPanel() {
        return panels;
    }

    /** The values under keys of an instance's namespace. */
    public KvStore kvStore(String instanceId, String namespace) {
        return new KvStore(this, instanceId, namespace, false);
    }

    /**
     * Any other request. Emits the whole answer.
     *
     * <p>Errors: {@link io.agentruntime.error.RequestRefusedException} when the server says that it failed; {@link
     * io.agentruntime.error.NotConnectedException} when there is no session (within {@code sendPatience}, by default at
     * once); {@link io.agentruntime.error.SessionEndedException} when the connection was lost first; {@link
     * io.agentruntime.error.TimeLimitException} after {@code requestTimeout}.
     *
     * @param type its type, e.g. {@code dynamicPanel.list}
     * @param body what stands beside its type and id, e.g. {@code Map.of("params", ...)}
     */
    public Mono<JsonPayload> request(String type, Map<String, ?> body) {
        return answer(type, body).map(PluginAnswer::json);
    }

    Mono<PluginAnswer> answer(String type, Map<String, ?> body) {
        return answer(type, body, settings.requestTimeout());
    }

    Mono<PluginAnswer> answer(String type, Map<String, ?> body, Duration limit) {
        return engine.session(settings.sendPatience())
                .flatMap(session -> session.request(type, body, limit))
                .map(PluginAnswer::orRefusal);
    }

    /** Every message of the server as it came, of types that this library knows or not. Hot. */
    public Flux<PluginMessage> messages() {
        return messages(settings.streams());
    }

    /** Every message of the server as it came, served with options of one's own. */
    public Flux<PluginMessage> messages(StreamOptions options) {
        return hub.messages.all(options);
    }

    /** The messages of one type. An unknown type that somebody is subscribed to is not reported as such. */
    public Flux<PluginMessage> messages(String type) {
        return hub.messages.of(type, settings.streams());
    }

    /**
     * What goes wrong and no caller waits for: messages that cannot be read or are for nobody, channels that could not be
     * registered again, handlers that failed. Never fails; completes after {@link #close()}. A subscriber that falls behind
     * misses the oldest.
     */
    public Flux<RuntimeClientException> errors() {
        return hub.errors.flux(settings.streams().withPolicy(OverflowPolicy.DROP_OLDEST));
    }

    /** Every present subscriber of this plugin's streams, with its buffer and its losses. */
    public List<SubscriberStats> subscribers() {
        return hub.stats();
    }
}
