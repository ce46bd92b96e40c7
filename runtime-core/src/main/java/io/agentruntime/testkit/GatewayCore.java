package io.agentruntime.testkit;

import io.agentruntime.http.HttpReply;
import io.agentruntime.testkit.server.Confined;
import io.agentruntime.testkit.server.Handshake;
import io.agentruntime.testkit.server.HttpOutcome;
import io.agentruntime.testkit.server.Recorder;
import io.agentruntime.testkit.server.ServerProtocol;
import io.agentruntime.testkit.server.ServerRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The protocol, without any wire: what a gateway knows and how it answers.
 *
 * <p>Everything it knows is read and written through {@link #confined} only.
 */
final class GatewayCore implements ServerProtocol {

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

    private final Upgrades upgrades;

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
        this.requestLog = new Recorder<>(confined, settings.recordLimit());
        this.frameLog = new Recorder<>(confined, settings.recordLimit());
        this.sockets = new SocketBook(this);
        this.messages = new Messages(this);
        this.signatures = new Signatures(this);
        this.frames = new ClientFrames(this);
        this.routes = new HttpRoutes(this);
        this.upgrades = new Upgrades(this);
    }

    // What comes from the wire

    @Override
    public void arrived(ServerRequest request) {
        if (request.isHandshake()) {
            recordUpgrade(request, Upgrades.ticket(request));
        } else {
            record(request);
        }
    }

    @Override
    public Mono<Handshake> handshake(ServerRequest request) {
        return Mono.just(upgrades.decide(request));
    }

    @Override
    public Mono<HttpOutcome> http(ServerRequest request) {
        // An upgrade to anything but a WebSocket ends without a byte.
        return Mono.just(
                request.header("upgrade") == null
                        ? new HttpOutcome.Whole(routes.answer(request).reply())
                        : new HttpOutcome.HangUp());
    }

    /** What its database keeps stays. */
    @Override
    public void stopped() {
        sessions.clear();
        tickets.clear();
        subscriptions.clear();
    }

    @Override
    public Handshake refusal(int status) {
        return Handshake.Refuse.bare(status, "Refused");
    }

    @Override
    public HttpReply failure(int status) {
        return (status == 429 ? HttpRoutes.tooMany() : Answer.error(status, "Injected failure", null)).reply();
    }

    // What the parts share, within a change

    Map<String, @Nullable Object> event(String type, Map<String, ?> data) {
        return Json.object("type", type, "timestamp", clock.nowIso(), "data", data);
    }

    private void record(ServerRequest input) {
        String header = input.header("authorization");
        GatewayAgent agent = header != null && header.startsWith("Bearer ")
                ? agents.byKey(header.substring("Bearer ".length()))
                : null;
        record(new RecordedRequest(
                clock.now(), input.method(), input.path(), input.rawQuery(), agent == null ? "" : agent.id()));
    }

    private void recordUpgrade(ServerRequest input, String ticket) {
        String agentId = tickets.peek(ticket);
        record(new RecordedRequest(
                clock.now(),
                "UPGRADE",
                input.path(),
                ticket.isEmpty() ? "" : "ticket=***",
                agentId == null ? "" : agentId));
    }

    private void record(RecordedRequest request) {
        requestLog.add(request);
    }

    void record(GatewaySocket socket, RecordedFrame.Kind kind, String type, String text) {
        RecordedFrame frame = new RecordedFrame(clock.now(), socket.agentId, socket.wire.number(), kind, type, text);
        frameLog.add(frame);
    }
}
