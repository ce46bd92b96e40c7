package io.agentruntime.testkit.server;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.StreamingExchange;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.WebSocketOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Brings a {@link ServerProtocol} to clients: on a port of 127.0.0.1, or in memory on one scheduler.
 *
 * <p>A server's own class holds one of these, and offers what its users need of it. A new server is down: {@link #start()}
 * lets clients in. It has no thread of its own.
 */
public final class EmbeddedServer {

    private final Wire wire;
    private final Face face;
    private final MemoryFace memory;

    private EmbeddedServer(Wire wire, @Nullable Face loopback) {
        this.wire = wire;
        this.memory = new MemoryFace(wire);
        this.face = loopback == null ? memory : loopback;
    }

    /** A server on 127.0.0.1, down as yet. Its in-memory face is there as well. */
    public static EmbeddedServer onLoopback(ServerProtocol protocol, Confined confined, ServerSettings settings) {
        Wire wire = new Wire(protocol, confined, settings, Schedulers.parallel());
        return new EmbeddedServer(wire, new LoopbackFace(wire));
    }

    /** A server in memory, up, whose time and work are this scheduler's. */
    public static EmbeddedServer inMemory(
            ServerProtocol protocol, Confined confined, ServerSettings settings, Scheduler scheduler) {
        Wire wire = new Wire(protocol, confined, settings, scheduler);
        wire.up();
        return new EmbeddedServer(wire, null);
    }

    Wire wire() {
        return wire;
    }

    // Reaching it

    /** {@code http://host:port}; the same after a restart. In memory it leads nowhere but {@link #exchange()}. */
    public String url() {
        return face.url();
    }

    /** Whether it lives in memory only. */
    public boolean isInMemory() {
        return face == memory;
    }

    /** What its time is measured on. */
    public Scheduler scheduler() {
        return wire.scheduler;
    }

    /** HTTP in memory, instead of over a network. */
    public HttpExchange exchange() {
        return memory;
    }

    /** Streamed HTTP in memory, instead of over a network. */
    public StreamingExchange streaming() {
        return memory;
    }

    /** WebSockets in memory with these limits, instead of over a network. */
    public PipeConnector pipes(WebSocketOptions options) {
        return memory.connector(options);
    }

    /** How many sockets are open. */
    public int sockets() {
        return wire.confined.get(() -> wire.sockets().size());
    }

    // Life

    /** Comes up, at the address it had before. Completes when clients can connect. Fails when the port is taken. */
    public Mono<Void> start() {
        return Mono.defer(() -> {
            wire.up();
            return memory == face ? face.start() : memory.start().then(face.start());
        });
    }

    /**
     * Goes down: sockets end, requests under way break. Completes when no connection is left. Does nothing when it is
     * down.
     *
     * @param goodbye what sockets are closed with; {@code null} breaks them without a close frame
     */
    public Mono<Void> stop(@Nullable CloseStatus goodbye) {
        return Mono.defer(() -> {
            wire.down(goodbye);
            return memory == face ? face.stop() : memory.stop().then(face.stop());
        });
    }

    /** Goes down, stays down for a while, and comes up again. */
    public Mono<Void> restart(@Nullable CloseStatus goodbye, Duration downTime) {
        return stop(goodbye)
                .then(
                        downTime.isZero()
                                ? Mono.empty()
                                : Mono.delay(downTime, wire.scheduler).then())
                .then(start());
    }
}
