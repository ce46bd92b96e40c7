package io.agentruntime.testkit;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.nookplot.NookplotRuntimeBuilder;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.testkit.ChannelBook.Channel;
import io.agentruntime.testkit.ChannelBook.Draft;
import io.agentruntime.testkit.server.CallPattern;
import io.agentruntime.testkit.server.EmbeddedServer;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.WebSocketOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * A Nookplot gateway in this process, with agents, channels, messages, history, inbox and presence kept in memory, and
 * with {@link #faults() fault switches}.
 *
 * <p>Over loopback, for real ({@link #start()}):
 *
 * <pre>{@code
 * EmbeddedGateway gateway = EmbeddedGateway.start().block();          // in a test, blocking is fine
 * GatewayAgent alice = gateway.agent("alice");
 * GatewayAgent bob = gateway.agent("bob");
 * GatewayChannel lobby = gateway.channel("lobby", alice, bob);
 * // ... a runtime with gatewayUrl(gateway.url()) and apiKey(alice.apiKey()) connects
 * gateway.post(bob, lobby, "hello");
 * gateway.faults().dropAllSockets();
 * gateway.close().block();
 * }</pre>
 *
 * <p>Or in memory, on one scheduler ({@link #inMemory(Scheduler)}): a runtime plugs {@link #exchange()} and {@link
 * #pipes()} in, and with reactor-test's virtual time a scenario of hours takes milliseconds and repeats exactly.
 *
 * <p>Every method but those that return a {@code Mono} acts at once and never blocks; all are safe for use by many
 * threads. The gateway has no thread of its own: it lives on Reactor Netty's event loops or on the scheduler given.
 */
public final class EmbeddedGateway {

    private static final Map<String, Object> NO_DATA = Map.of();

    private final GatewayCore core;
    private final EmbeddedServer server;
    private final Faults faults;

    EmbeddedGateway(GatewayCore core, EmbeddedServer server) {
        this.core = core;
        this.server = server;
        this.faults = new Faults(server, core);
    }

    /** A gateway's options, all with defaults. */
    public static EmbeddedGatewayBuilder builder() {
        return new EmbeddedGatewayBuilder();
    }

    /** Starts a gateway on a free port of 127.0.0.1. Cold: each subscription starts one; close it when done. */
    public static Mono<EmbeddedGateway> start() {
        return builder().start();
    }

    /** A gateway in memory, started, whose time and work are this scheduler's. */
    public static EmbeddedGateway inMemory(Scheduler scheduler) {
        return builder().inMemory(scheduler);
    }

    // Reaching it

    /** The address for {@code gatewayUrl}; the same after a restart. In memory it leads nowhere but {@link #exchange()}. */
    public String url() {
        return server.url();
    }

    /** HTTP in memory, instead of over a network. */
    public HttpExchange exchange() {
        return server.exchange();
    }

    /** WebSockets in memory, instead of over a network. */
    public PipeConnector pipes() {
        return pipes(WebSocketOptions.defaults());
    }

    /** WebSockets in memory with these limits, on this gateway's scheduler. */
    public PipeConnector pipes(WebSocketOptions options) {
        return server.pipes(options);
    }

    /**
     * A runtime for {@code agent}, ready to build but for what a test wants otherwise: it has the gateway's address and the
     * agent's key and, when the gateway lives in memory, its transport and its scheduler for everything.
     */
    public NookplotRuntimeBuilder runtime(GatewayAgent agent) {
        NookplotRuntimeBuilder builder =
                NookplotRuntime.builder().gatewayUrl(url()).apiKey(agent.apiKey());
        return !server.isInMemory()
                ? builder
                : builder.transport(exchange(), pipes())
                        .timer(core.scheduler)
                        .streams(StreamOptions.defaults().withDeliverOn(core.scheduler));
    }

    /** The fault switches. */
    public Faults faults() {
        return faults;
    }

    // Agents

    /** The agent of this name, registered at the first call. */
    public GatewayAgent agent(String displayName) {
        return core.confined.get(() -> {
            GatewayAgent known = core.agents.byName(displayName);
            return known != null ? known : core.agents.create(displayName, null);
        });
    }

    /** The agent of this name, registered at the first call with an address of a key that a test knows. */
    public GatewayAgent agent(String displayName, String address) {
        return core.confined.get(() -> {
            GatewayAgent known = core.agents.byName(displayName);
            return known != null ? known : core.agents.create(displayName, address);
        });
    }

    /** A new agent without a display name. */
    public GatewayAgent namelessAgent() {
        return core.confined.get(() -> core.agents.create(null, null));
    }

    /** Makes every key of an agent invalid: 401 from now on. Open sockets stay. */
    public void revokeKey(GatewayAgent agent) {
        core.confined.run(() -> core.agents.revokeKeys(agent.id()));
    }

    /** A new key for an agent; it is in what is returned. Keys that were valid stay so. */
    public GatewayAgent renewKey(GatewayAgent agent) {
        return core.confined.get(() -> core.agents.renewKey(agent.id()));
    }

    /** Whether an agent's registration is through (the default); while it is not, calls answer 403. */
    public void registered(GatewayAgent agent, boolean is) {
        core.confined.run(() -> core.agents.registered(agent.id(), is));
    }

    // Channels and messages

    /** The public channel of this slug, made at the first call, with these agents as members besides those it has. */
    public GatewayChannel channel(String slug, GatewayAgent... members) {
        return channel(slug, true, members);
    }

    /** The private channel of this slug, made at the first call, with these agents as members. */
    public GatewayChannel privateChannel(String slug, GatewayAgent... members) {
        return channel(slug, false, members);
    }

    private GatewayChannel channel(String slug, boolean isPublic, GatewayAgent... members) {
        return core.confined.get(() -> {
            Channel known = core.channels.bySlug(slug);
            Channel channel = known != null
                    ? known
                    : core.channels.create(new Draft(slug, slug, null, "custom", isPublic, 0, null));
            for (GatewayAgent member : members) {
                core.channels.join(channel, member.id(), "member");
            }
            return new GatewayChannel(channel.id, channel.draft.slug(), channel.draft.name());
        });
    }

    /** Makes an agent a member; the channel's subscribers get {@code channel.member.joined}. */
    public void addMember(GatewayChannel channel, GatewayAgent agent) {
        core.confined.run(() -> core.messages.join(find(channel), agent));
    }

    /** Ends a membership; the channel's subscribers get {@code channel.member.left}. Subscriptions stay, as observed. */
    public void removeMember(GatewayChannel channel, GatewayAgent agent) {
        core.confined.run(() -> core.messages.leave(find(channel), agent));
    }

    /** Stores and delivers a channel message of an agent, without its being connected; returns the message's id. */
    public String post(GatewayAgent from, GatewayChannel channel, String text) {
        return core.confined.get(() -> core.messages
                .post(from, find(channel), text, "text", null, null)
                .id());
    }

    /** Stores and announces a direct message, without the sender's being connected; returns the message's id. */
    public String direct(GatewayAgent from, GatewayAgent to, String text) {
        return core.confined.get(
                () -> core.messages.direct(from, to, text, "text", null).id());
    }

    /** Sends an event of any type, e.g. {@code bounty.new}, to an agent's sockets. */
    public void push(GatewayAgent agent, String type, Map<String, ?> data) {
        core.confined.run(() -> core.messages.toAgent(agent.id(), type, data));
    }

    /** Sends an event of any type without data to an agent's sockets. */
    public void push(GatewayAgent agent, String type) {
        push(agent, type, NO_DATA);
    }

    private Channel find(GatewayChannel channel) {
        Channel found = core.channels.byId(channel.id());
        if (found == null) {
            throw new IllegalArgumentException("No channel of this gateway has the id " + channel.id());
        }
        return found;
    }

    /**
     * Adds an HTTP endpoint of the test's own; the newest that matches comes before the gateway's own.
     *
     * @param calls {@code [METHOD ]/path} with {@code *} and {@code **}, as for {@link Faults}
     */
    public void endpoint(String calls, Endpoint endpoint) {
        CallPattern pattern = CallPattern.of(calls);
        core.confined.run(() -> core.routes.add(pattern, endpoint));
    }

    // What it has seen, and how things stand

    /** How many sockets are open. */
    public int sockets() {
        return server.sockets();
    }

    /** How many sockets an agent has open. */
    public int sockets(GatewayAgent agent) {
        return core.confined.get(() -> core.sockets.of(agent.id()).size());
    }

    /** An agent's session, when it has one. */
    public Optional<GatewaySession> session(GatewayAgent agent) {
        return core.confined.get(() -> Optional.ofNullable(core.sessions.of(agent.id())));
    }

    /** How many sessions an agent has opened so far. */
    public int sessionsOpened(GatewayAgent agent) {
        return core.confined.get(() -> core.sessions.opened(agent.id()));
    }

    /** The ids of the channels an agent is subscribed to, in the order of subscribing. */
    public List<String> subscriptions(GatewayAgent agent) {
        return core.confined.get(() -> core.subscriptions.channelsOf(agent.id()));
    }

    /** The requests and handshakes so far, the oldest first; the last 10,000 unless set otherwise. */
    public List<RecordedRequest> requests() {
        return core.requestLog.snapshot();
    }

    /** The requests of one kind so far, e.g. {@code POST /v1/runtime/connect}; wildcards as for {@link Faults}. */
    public List<RecordedRequest> requests(String calls) {
        CallPattern pattern = CallPattern.of(calls);
        return requests().stream()
                .filter(request -> pattern.matches(request.method(), request.path()))
                .toList();
    }

    /** The requests so far, then each as it comes in; completes when the gateway is closed. Do not block in it. */
    public Flux<RecordedRequest> requestStream() {
        return core.requestLog.flux();
    }

    /** The frames received so far, the oldest first; the last 10,000 unless set otherwise. */
    public List<RecordedFrame> frames() {
        return core.frameLog.snapshot();
    }

    /** The frames received so far from one agent. */
    public List<RecordedFrame> frames(GatewayAgent agent) {
        return frames().stream()
                .filter(frame -> frame.agentId().equals(agent.id()))
                .toList();
    }

    /** The frames received so far, then each as it comes in; completes when the gateway is closed. Do not block in it. */
    public Flux<RecordedFrame> frameStream() {
        return core.frameLog.flux();
    }

    // Life

    /**
     * Goes down: sockets end, calls under way break, sessions, tickets and subscriptions are forgotten, everything else
     * is kept. Completes when no connection is left. Does nothing when it is down.
     */
    public Mono<Void> stop(Shutdown how) {
        return server.stop(goodbye(how));
    }

    /** Comes up again after {@link #stop}, at the same address. Completes when clients can connect. */
    public Mono<Void> startAgain() {
        return server.start();
    }

    /** Goes down, stays down for a while, and comes up again with its state kept. */
    public Mono<Void> restart(Shutdown how, Duration downTime) {
        return server.restart(goodbye(how), downTime);
    }

    private static @Nullable CloseStatus goodbye(Shutdown how) {
        return how == Shutdown.CLEAN ? new CloseStatus(CloseStatus.GOING_AWAY, "server shutdown") : null;
    }

    /** Closes for good and leaves nothing behind. Idempotent. Completes when no connection is left. */
    public Mono<Void> close() {
        return Mono.defer(() -> {
                    faults.reset();
                    return stop(Shutdown.CLEAN);
                })
                .doFinally(signal -> {
                    core.requestLog.complete();
                    core.frameLog.complete();
                });
    }

    /** The address, and nothing secret. */
    @Override
    public String toString() {
        return "EmbeddedGateway[" + url() + "]";
    }
}
