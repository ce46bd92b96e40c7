package io.agentruntime.phoenix.testkit;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.phoenix.PhoenixSocket;
import io.agentruntime.phoenix.PhoenixSocketBuilder;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.testkit.Shutdown;
import io.agentruntime.testkit.server.EmbeddedServer;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.WebSocketOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * A Phoenix server in this process: sockets over WebSocket and long-poll, channels as Java handlers, broadcasts,
 * presence, and {@link #faults() fault switches}. npm's {@code phoenix} takes it for a real one.
 *
 * <p>Over loopback, for real ({@link #start()}):
 *
 * <pre>{@code
 * EmbeddedPhoenixServer server = EmbeddedPhoenixServer.start().block();     // in a test, blocking is fine
 * server.channel("room:*", ChannelHandler.scripted()
 *         .on("shout", (channel, push) -> {
 *             channel.broadcast("shout", push.content());
 *             return ServerReply.ok();
 *         }));
 * PhoenixSocket socket = server.client().build();
 * // ... it connects and joins room:lobby
 * server.broadcast("room:lobby", "news", Map.of("text", "hello"));
 * server.faults().crashChannels("room:*");
 * server.close().block();
 * }</pre>
 *
 * <p>Or in memory, on one scheduler ({@link #inMemory(Scheduler)}): {@link #client()} is plugged into it, and with reactor-test's
 * virtual time a scenario of hours takes milliseconds and repeats exactly.
 *
 * <p>Every method but those that return a {@code Mono} acts at once and never blocks; all are safe for use by many threads.
 * The server has no thread of its own: it lives on Reactor Netty's event loops or on the scheduler given.
 */
public final class EmbeddedPhoenixServer {

    private final Hub hub;
    private final EmbeddedServer server;
    private final PhoenixFaults faults;

    EmbeddedPhoenixServer(Hub hub, EmbeddedServer server) {
        this.hub = hub;
        this.server = server;
        this.faults = new PhoenixFaults(server, hub);
    }

    /** A server's options, all with defaults. */
    public static EmbeddedPhoenixServerBuilder builder() {
        return new EmbeddedPhoenixServerBuilder();
    }

    /** Starts a server on a free port of 127.0.0.1. Cold: each subscription starts one; close it when done. */
    public static Mono<EmbeddedPhoenixServer> start() {
        return builder().start();
    }

    /** A server in memory, started, whose time and work are this scheduler's. */
    public static EmbeddedPhoenixServer inMemory(Scheduler scheduler) {
        return builder().inMemory(scheduler);
    }

    // Reaching it

    /** The socket's address, {@code ws://host:port/socket}, without the transport; the same after a restart. */
    public String url() {
        return server.url().replaceFirst("http", "ws") + hub.settings.path();
    }

    /** Whether it lives in memory: then clients need {@link #exchange()}, {@link #pipes()} and its scheduler. */
    public boolean isInMemory() {
        return server.isInMemory();
    }

    /** What its time is measured on. */
    public Scheduler scheduler() {
        return server.scheduler();
    }

    /** HTTP in memory, for long-poll, instead of over a network. */
    public HttpExchange exchange() {
        return server.exchange();
    }

    /** WebSockets in memory, instead of over a network. */
    public PipeConnector pipes() {
        return pipes(WebSocketOptions.defaults());
    }

    /** WebSockets in memory with these limits, on this server's scheduler. */
    public PipeConnector pipes(WebSocketOptions options) {
        return server.pipes(options);
    }

    /**
     * A client, ready to build but for what a test wants otherwise: it has the server's address and, when the server lives in
     * memory, its transport and its scheduler for everything.
     */
    public PhoenixSocketBuilder client() {
        PhoenixSocketBuilder builder = PhoenixSocket.builder().url(url());
        return !isInMemory()
                ? builder
                : builder.transport(exchange(), pipes())
                        .timer(scheduler())
                        .streams(StreamOptions.defaults().withDeliverOn(scheduler()));
    }

    /** The fault switches. */
    public PhoenixFaults faults() {
        return faults;
    }

    // Channels

    /**
     * Has a handler serve a topic, or with {@code *} at its end every topic that begins so. The newest that matches
     * serves a join; channels that are joined keep theirs.
     */
    public void channel(String topics, ChannelHandler handler) {
        TopicPattern pattern = new TopicPattern(topics);
        hub.confined.run(() -> hub.handler(pattern, handler));
    }

    /** The channels joined now, in the order of their topics' first joins. */
    public List<ServerChannel> channels(String topics) {
        TopicPattern pattern = new TopicPattern(topics);
        return hub.confined.get(() -> hub.channels(pattern));
    }

    /** Sends an event to every client that has joined a topic: JSON of anything Jackson writes, or {@code byte[]}. */
    public void broadcast(String topic, String event, @Nullable Object payload) {
        hub.confined.run(() -> hub.broadcast(topic, event, payload, null));
    }

    /** Closes every socket with this id, as a "disconnect" broadcast does: 1000 or 1011, depending on the adapter. */
    public void disconnect(String socketId) {
        hub.confined.run(() -> hub.disconnect(socketId));
    }

    /** Who is present on a topic: metas by key. */
    public Map<String, ?> presence(String topic) {
        return hub.confined.get(() -> hub.presences.state(topic));
    }

    // What it has seen, and how things stand

    /** How many clients are connected, long-poll sessions among them. */
    public int sockets() {
        return hub.confined.get(() -> hub.connections().size());
    }

    /** Who asked for a socket so far, the oldest first; the last 10,000 unless set otherwise. */
    public List<RecordedConnect> connects() {
        return hub.records.connects.snapshot();
    }

    /** The messages received so far, the oldest first; the last 10,000 unless set otherwise. */
    public List<RecordedMessage> messages() {
        return hub.records.messages.snapshot();
    }

    /** The messages received so far of one event, e.g. {@code phx_join}. */
    public List<RecordedMessage> messages(String event) {
        return messages().stream()
                .filter(message -> message.event().equals(event))
                .toList();
    }

    /** The messages received so far, then each as it comes; completes when the server is closed. Do not block in it. */
    public Flux<RecordedMessage> messageStream() {
        return hub.records.messages.flux();
    }

    // Life

    /**
     * Goes down: sockets end, polls break, channels and presences are forgotten, handlers are kept. Completes when no
     * connection is left. Does nothing when it is down.
     */
    public Mono<Void> stop(Shutdown how) {
        return server.stop(goodbye(how));
    }

    /** Comes up again after {@link #stop}, at the same address. Completes when clients can connect. */
    public Mono<Void> startAgain() {
        return server.start();
    }

    /** Goes down, stays down for a while, and comes up again. */
    public Mono<Void> restart(Shutdown how, Duration downTime) {
        return server.restart(goodbye(how), downTime);
    }

    private @Nullable CloseStatus goodbye(Shutdown how) {
        return how == Shutdown.CLEAN ? new CloseStatus(hub.settings.shutdownCode(), "") : null;
    }

    /** Closes for good and leaves nothing behind. Idempotent. Completes when no connection is left. */
    public Mono<Void> close() {
        return Mono.defer(() -> {
                    faults.reset();
                    return stop(Shutdown.CLEAN);
                })
                .doFinally(signal -> {
                    hub.records.connects.complete();
                    hub.records.messages.complete();
                });
    }

    /** The address, and nothing secret. */
    @Override
    public String toString() {
        return "EmbeddedPhoenixServer[" + url() + "]";
    }
}
