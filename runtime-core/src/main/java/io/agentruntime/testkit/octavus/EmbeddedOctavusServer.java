package io.agentruntime.testkit.octavus;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.StreamingExchange;
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
 * An Octavus platform in this process: an agent that says what its {@link AgentScript} has, over WebSocket at {@link
 * #socketUrl()}, over SockJS at {@link #sockJsUrl()}, and over HTTP with server-sent events at {@link #httpUrl()}, with {@link #faults() fault switches}.
 *
 * <pre>{@code
 * EmbeddedOctavusServer server = EmbeddedOctavusServer.start().block();   // in a test, blocking is fine
 * OctavusSocketTransport transport = OctavusTransport.socket(server.socketUrl()).build();
 * server.faults().dropAllSockets();
 * server.close().block();
 * }</pre>
 *
 * <p>Or in memory, on one scheduler: a transport plugs {@link #pipes()} in, and a scenario repeats exactly in virtual time.
 * Every method but those that return a {@code Mono} acts at once and never blocks; all are safe for use by many threads.
 */
public final class EmbeddedOctavusServer {

    private final OctavusCore core;
    private final EmbeddedServer server;
    private final OctavusFaults faults;

    EmbeddedOctavusServer(OctavusCore core, EmbeddedServer server) {
        this.core = core;
        this.server = server;
        this.faults = new OctavusFaults(server, core);
        core.sockJs.attach(server);
    }

    /** A server's options, all with defaults. */
    public static EmbeddedOctavusServerBuilder builder() {
        return new EmbeddedOctavusServerBuilder();
    }

    /** Starts a server on a free port of 127.0.0.1. Cold: each subscription starts one; close it when done. */
    public static Mono<EmbeddedOctavusServer> start() {
        return builder().start();
    }

    /** A server in memory, started, whose time and work are this scheduler's. */
    public static EmbeddedOctavusServer inMemory(Scheduler scheduler) {
        return builder().inMemory(scheduler);
    }

    /** {@code http://host:port}. */
    public String url() {
        return server.url();
    }

    /** Where WebSockets are accepted. */
    public String socketUrl() {
        return "ws" + server.url().substring("http".length()) + OctavusCore.SOCKET;
    }

    /** The base address of SockJS. */
    public String sockJsUrl() {
        return server.url() + OctavusCore.SOCKJS;
    }

    /** Where turns are posted. */
    public String httpUrl() {
        return server.url() + OctavusCore.HTTP;
    }

    /** Where addresses for uploads are asked for. */
    public String filesUrl() {
        return server.url() + OctavusCore.FILES;
    }

    /** WebSockets in memory, instead of over a network. */
    public PipeConnector pipes() {
        return server.pipes(WebSocketOptions.defaults());
    }

    /** HTTP in memory, instead of over a network. */
    public HttpExchange exchange() {
        return server.exchange();
    }

    /** Streamed HTTP in memory, instead of over a network. */
    public StreamingExchange streaming() {
        return server.streaming();
    }

    /** The fault switches. */
    public OctavusFaults faults() {
        return faults;
    }

    /** What the agent says from the next turn on. */
    public void agent(AgentScript script) {
        core.confined.run(() -> core.agent(script));
    }

    /** Sends an event of any type on every open socket, beside whatever turns run. */
    public void push(String type, Map<String, ?> fields) {
        Object[] namesAndValues = new Object[fields.size() * 2];
        int i = 0;
        for (Map.Entry<String, ?> field : fields.entrySet()) {
            namesAndValues[i++] = field.getKey();
            namesAndValues[i++] = field.getValue();
        }
        push(Say.event(type, namesAndValues));
    }

    /** Sends a text, whatever it is, on every open socket. */
    public void push(String text) {
        core.confined.run(() -> core.connections.forEach(connection -> connection.send(text)));
    }

    /** How many clients are connected over sockets. */
    public int connections() {
        return core.confined.get(core.connections::size);
    }

    /** What clients have sent so far, the oldest first; the last 10,000 unless set otherwise. */
    public List<ReceivedMessage> messages() {
        return core.messages.snapshot();
    }

    /** What clients have sent so far of one type, e.g. {@code stop}. */
    public List<ReceivedMessage> messages(String type) {
        return messages().stream()
                .filter(message -> message.type().equals(type))
                .toList();
    }

    /** What clients have sent so far, then each message as it comes; completes when the server is closed. */
    public Flux<ReceivedMessage> messageStream() {
        return core.messages.flux();
    }

    /** A file that was uploaded. */
    public Optional<byte[]> file(String id) {
        return core.confined.get(() -> Optional.ofNullable(core.file(id)));
    }

    /** Forgets every SockJS session over HTTP, as a server does that was replaced by another one. */
    public void loseSockJsSessions() {
        core.sockJs.loseSessions();
    }

    /** Goes down; {@code goodbye} is what sockets are closed with, {@code null} breaks them. */
    public Mono<Void> stop(@Nullable CloseStatus goodbye) {
        return server.stop(goodbye);
    }

    /** Comes up again, at the same address. */
    public Mono<Void> startAgain() {
        return server.start();
    }

    /** Goes down, stays down for a while, and comes up again. */
    public Mono<Void> restart(@Nullable CloseStatus goodbye, Duration downTime) {
        return server.restart(goodbye, downTime);
    }

    /** Closes for good and leaves nothing behind. Idempotent. Completes when no connection is left. */
    public Mono<Void> close() {
        return Mono.defer(() -> {
                    faults.reset();
                    return stop(new CloseStatus(CloseStatus.GOING_AWAY, "server shutdown"));
                })
                .doFinally(signal -> core.messages.complete());
    }

    @Override
    public String toString() {
        return "EmbeddedOctavusServer[" + url() + "]";
    }
}
