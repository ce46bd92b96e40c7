package io.agentruntime.testkit;

import io.agentruntime.connection.CloseStatus;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The protocol, without any wire: what a gateway knows and how it answers. Its two faces, loopback and memory, bring
 * requests, handshakes and sockets to it.
 *
 * <p>Everything it knows is read and written through {@link #confined} only.
 */
final class GatewayCore {

    final Confined confined = new Confined();
    final Scheduler scheduler;
    final GatewaySettings settings;
    final GatewayClock clock;
    final Ids ids;
    final AgentBook agents;
    final SessionBook sessions;
    final TicketBook tickets;
    final ChannelBook channels;
    final SubscriptionBook subscriptions = new SubscriptionBook();
    final InboxBook inbox;
    final SocketBook sockets;
    final FaultBook faults = new FaultBook();
    final RateLimiter rateLimiter;
    final Messages messages;
    final Signatures signatures;
    final ClientFrames frames;
    final HttpRoutes routes;

    final Recorder<RecordedRequest> requestLog;
    final Recorder<RecordedFrame> frameLog;

    /** Whether anybody is let in. */
    boolean running;

    private final HttpFront http;
    private final Upgrade.Desk upgrades;

    GatewayCore(Scheduler scheduler, GatewaySettings settings) {
        this.scheduler = scheduler;
        this.settings = settings;
        this.clock = new GatewayClock(scheduler);
        this.ids = new Ids(settings.seed());
        this.agents = new AgentBook(ids, settings.secrets());
        this.sessions = new SessionBook(ids, clock, settings.reapAfter());
        this.tickets = new TicketBook(ids, clock, settings.secrets());
        this.channels = new ChannelBook(ids, clock);
        this.inbox = new InboxBook(ids, clock);
        this.rateLimiter = new RateLimiter(clock);
        this.requestLog = new Recorder<>(settings.recordLimit());
        this.frameLog = new Recorder<>(settings.recordLimit());
        this.sockets = new SocketBook(this);
        this.messages = new Messages(this);
        this.signatures = new Signatures(this);
        this.frames = new ClientFrames(this);
        this.routes = new HttpRoutes(this);
        this.http = new HttpFront(this);
        this.upgrades = new Upgrade.Desk(this);
    }

    // What a face calls

    Mono<Outcome> http(HttpInput input) {
        return http.handle(input);
    }

    Mono<Upgrade> upgrade(HttpInput input) {
        return upgrades.decide(input);
    }

    GatewaySocket opened(String agentId, SocketPort port) {
        return confined.get(() -> sockets.opened(agentId, port));
    }

    // What the parts share, within a change

    Map<String, @Nullable Object> event(String type, Map<String, ?> data) {
        return Json.object("type", type, "timestamp", clock.nowIso(), "data", data);
    }

    void record(HttpInput input) {
        String header = input.authorization();
        GatewayAgent agent = header != null && header.startsWith("Bearer ")
                ? agents.byKey(header.substring("Bearer ".length()))
                : null;
        record(new RecordedRequest(
                clock.now(), input.method(), input.path(), input.rawQuery(), agent == null ? "" : agent.id()));
    }

    void recordUpgrade(HttpInput input, String ticket) {
        String agentId = tickets.peek(ticket);
        record(new RecordedRequest(
                clock.now(),
                "UPGRADE",
                input.path(),
                ticket.isEmpty() ? "" : "ticket=***",
                agentId == null ? "" : agentId));
    }

    private void record(RecordedRequest request) {
        confined.effect(() -> requestLog.add(request));
    }

    void record(GatewaySocket socket, RecordedFrame.Kind kind, String type, String text) {
        RecordedFrame frame = new RecordedFrame(clock.now(), socket.agentId, socket.number, kind, type, text);
        confined.effect(() -> frameLog.add(frame));
    }

    void up() {
        confined.run(() -> running = true);
    }

    /** Ends every socket and forgets what a process loses when it ends; what its database keeps stays. */
    void down(Shutdown how) {
        confined.run(() -> {
            running = false;
            for (GatewaySocket socket : sockets.all()) {
                if (how == Shutdown.CLEAN && !faults.halfOpen && !socket.frozenForGood) {
                    socket.close(CloseStatus.GOING_AWAY, "server shutdown");
                } else {
                    socket.cut();
                }
            }
            forgetProcess();
        });
    }

    private void forgetProcess() {
        sessions.clear();
        tickets.clear();
        subscriptions.clear();
    }
}
