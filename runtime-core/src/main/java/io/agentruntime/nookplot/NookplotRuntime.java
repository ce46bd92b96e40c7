package io.agentruntime.nookplot;

import io.agentruntime.connection.ConnectionEngine;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.error.Checks;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.http.ApiPath;
import io.agentruntime.http.CredentialSource;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.JsonHttpClient;
import io.agentruntime.json.FrameReader;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.ReadGate;
import io.agentruntime.stream.SubscriberStats;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * An agent on the Nookplot gateway: one connection that is kept, and everything that comes and goes over it.
 *
 * <pre>{@code
 * NookplotRuntime runtime = NookplotRuntime.builder()
 *         .gatewayUrl("https://gateway.nookplot.com")
 *         .apiKey("nk_...")
 *         .build();
 * runtime.channels().messages(channelId).subscribe(message -> ...);
 * runtime.connect().subscribe();
 * }</pre>
 *
 * <p>Nothing happens before subscription, nothing blocks, and cancelling is honoured everywhere. A runtime is made for the
 * lifetime of its agent: it connects again by itself, and its streams outlive its sessions. {@link #close()} it at the end.
 */
public final class NookplotRuntime {

    private final NookplotSettings settings;
    private final EventHub hub;
    private final UserRequests requests;
    private final InboxFeed inboxFeed;
    private final Refills refills;
    private final Gaps gaps;
    private final Registrations registrations;
    private final SessionRequests sessionRequests;
    private final ReadGate gate;
    private final Subscriptions subscriptions;
    private final Discovery discovery;
    private final ConnectionEngine<NookplotSession> engine;
    private final Events events;
    private final Channels channels;
    private final Inbox inbox;
    private final Transactions transactions;
    private final GatewayConnection connection;
    private final Mono<Void> closing;

    NookplotRuntime(NookplotSettings settings) {
        this.settings = settings;
        this.gate = new ReadGate(settings.maxReadPause(), settings.timer());
        this.hub = new EventHub(settings, gate);
        this.requests = new UserRequests(client(settings, settings.exchange(), settings.credentials()));
        this.registrations = new Registrations(settings.exchange(), settings.json());
        this.sessionRequests = new SessionRequests(
                client(settings, registrations, settings.credentials().withoutRefresh()),
                registrations,
                settings.credentials(),
                settings.metadata());
        BackgroundCalls background = new BackgroundCalls(settings.backgroundPause(), settings.timer());
        ChannelHistory history = new ChannelHistory(requests);
        this.inbox = new Inbox(requests, hub, settings.streams());
        this.refills = new Refills(hub, settings, background, history, inbox);
        this.inboxFeed =
                new InboxFeed(hub, background, () -> inbox.list(InboxQuery.newest(InboxFeed.PAGE)), this::inbox);
        this.gaps = new Gaps(hub, inboxFeed, refills, settings);
        this.subscriptions = new Subscriptions(hub, gaps);
        this.channels = new Channels(requests, history, hub, subscriptions, settings);
        this.transactions = new Transactions(requests, settings);
        this.discovery = new Discovery(channels, background, subscriptions, hub);
        FrameReader reader = SessionFrames.reader(settings.json());
        this.engine = new ConnectionEngine<>(
                new NookplotOpener(
                        settings,
                        sessionRequests,
                        subscriptions,
                        session -> new SessionFrames(session, hub, gaps, subscriptions, inboxFeed, refills, reader),
                        this::retired),
                settings.connection(),
                settings.telemetry().connection(new RuntimeStates(hub, this::setUp)));
        settings.telemetry().streams(hub.kinds());
        this.connection = new GatewayConnection(requests, engine, settings);
        this.events = new Events(hub, settings.streams());
        this.closing = Mono.defer(this::closeAll).cache();
    }

    private static JsonHttpClient client(
            NookplotSettings settings, HttpExchange exchange, CredentialSource credentials) {
        return JsonHttpClient.builder(settings.gateway(), exchange)
                .credentials(credentials)
                .codec(settings.json())
                .options(settings.httpOptions())
                .timer(settings.timer())
                .random(settings.random())
                .onRateLimited(settings.telemetry().recorder()::rateLimited)
                .build();
    }

    /** What goes on beside a session, for as long as it lasts. */
    private void setUp(NookplotSession session) {
        session.onEnd(gate.attach(session::reading));
        session.onEnd(SessionCheck.of(sessionRequests, hub, session, settings).subscribe());
        if (settings.autoSubscribe()) {
            session.onEnd(discovery.run(session).subscribe());
        }
    }

    private void inbox(Delivery<InboxMessage> delivery) {
        hub.inbox.next(delivery);
        refills.inbox(delivery);
    }

    /** A session has stopped receiving. One that is not the current one any more has nothing left to end. */
    private void retired(NookplotSession session) {
        if (subscriptions.isCurrent(session)) {
            refills.connectionLost();
            gaps.open(subscriptions.sessionEnded(), session.lastSignOfLife());
        }
    }

    /** Starts to configure a runtime. */
    public static NookplotRuntimeBuilder builder() {
        return new NookplotRuntimeBuilder();
    }

    // ---- The connection

    /**
     * Connects, or joins whoever is at it already, or emits the session that is open.
     *
     * <p>By default there is one attempt, whose error is the result: {@link
     * io.agentruntime.error.HttpStatusException.Unauthorized} for a bad key, {@link
     * io.agentruntime.error.ConnectFailedException}, {@link io.agentruntime.error.TimeLimitException}, {@link
     * io.agentruntime.error.HandshakeException}; the state is {@code Disconnected} again then. From the first session on
     * the runtime reconnects by itself. Cancelling gives the attempt up when nobody else waits for it. Other errors: {@link
     * io.agentruntime.error.DisconnectedException} when {@link #disconnect()} wins, {@link
     * io.agentruntime.error.RuntimeClosedException}.
     */
    public Mono<ConnectResult> connect() {
        return engine.connect().map(NookplotSession::info);
    }

    /**
     * Ends the session: closes the socket, tells the gateway, and stays disconnected. Wins over whatever is running: a
     * connect, a wait for a retry, the requests of users. Completes when the session has ended, at most after {@code
     * closeTimeout}; idempotent; never fails. {@link #connect()} starts again.
     */
    public Mono<Void> disconnect() {
        return Mono.defer(() -> {
            requests.stop();
            return engine.disconnect();
        });
    }

    /**
     * {@link #disconnect()} for good: completes every stream, frees every resource. Idempotent; never fails.
     */
    public Mono<Void> close() {
        return closing;
    }

    private Mono<Void> closeAll() {
        requests.close();
        return engine.close()
                .then(Mono.fromRunnable(() -> {
                    registrations.close();
                    inboxFeed.dispose();
                    refills.dispose();
                    hub.complete();
                }))
                .then(settings.releaseTransport())
                .doOnTerminate(settings.telemetry()::close);
    }

    /**
     * Lets what is queued for sending go out, and what has arrived reach its subscribers, refills that run among it. Completes
     * when that is done, or {@code limit} has passed; never fails. Call it before {@link #close()} where nothing must be cut off.
     */
    public Mono<Void> drain(Duration limit) {
        return settings.client().drain(engine, () -> inboxFeed.idle() && refills.idle() && hub.drained(), limit);
    }

    /**
     * The present state, then each one after it. Never fails, never repeats a state, completes after {@link #close()}. A
     * subscriber that falls behind by more than the capacity of {@code streams} misses the oldest.
     */
    public Flux<ConnectionState> state() {
        return engine.state();
    }

    /** The present state. */
    public ConnectionState currentState() {
        return engine.currentState();
    }

    // ---- What it is for

    /** The gateway's events. */
    public Events events() {
        return events;
    }

    /** Channels: finding, joining, talking, hearing. */
    public Channels channels() {
        return channels;
    }

    /** Direct messages. */
    public Inbox inbox() {
        return inbox;
    }

    /** Transactions that are signed with {@code privateKey} and relayed to the chain. */
    public Transactions transactions() {
        return transactions;
    }

    /** The connection itself: any endpoint, any frame, and what happens between the states. */
    public GatewayConnection connection() {
        return connection;
    }

    /** The first 50 agents that are connected to the gateway. */
    public Mono<List<AgentPresence>> getPresence() {
        return getPresence(50, 0);
    }

    /**
     * The agents that are connected to the gateway.
     *
     * @param limit how many, 1 to 100
     * @param offset how many to pass over
     */
    public Mono<List<AgentPresence>> getPresence(int limit, int offset) {
        return Mono.defer(() -> {
            Checks.range("limit", limit, 1, 100);
            Checks.range("offset", offset, 0, Integer.MAX_VALUE);
            ApiPath path =
                    ApiPath.of("/v1/runtime/presence").query("limit", limit).query("offset", offset);
            return requests.answer("GET", path).map(PresenceReader::read);
        });
    }

    /** This agent as the gateway sees it, with its session. */
    public Mono<GatewayStatus> getStatus() {
        return requests.answer("GET", ApiPath.of("/v1/runtime/status"), null, GatewayStatus.class);
    }

    /**
     * What goes wrong and no caller waits for: frames that cannot be read, data that does not fit its type, background calls
     * that stay refused. Never fails; completes after {@link #close()}. A subscriber that falls behind misses the oldest.
     */
    public Flux<RuntimeClientException> errors() {
        return hub.errors.flux(settings.streams().withPolicy(OverflowPolicy.DROP_OLDEST));
    }

    /** Every present subscriber of this runtime's streams, with its buffer and its losses. */
    public List<SubscriberStats> subscribers() {
        return hub.stats();
    }
}
