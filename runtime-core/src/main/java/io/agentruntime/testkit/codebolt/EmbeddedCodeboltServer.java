package io.agentruntime.testkit.codebolt;

import io.agentruntime.codebolt.Attachment;
import io.agentruntime.codebolt.CodeboltPlugin;
import io.agentruntime.codebolt.CodeboltPluginBuilder;
import io.agentruntime.codebolt.ReplyAddress;
import io.agentruntime.connection.CloseStatus;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.testkit.server.EmbeddedServer;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.WebSocketOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;

/**
 * A Codebolt server in this process, for channel plugins: it speaks either dialect, keeps channels, panels and values in
 * memory, and has {@link #faults() fault switches}.
 *
 * <pre>{@code
 * EmbeddedCodeboltServer server = EmbeddedCodeboltServer.start().block();          // in a test, blocking is fine
 * CodeboltPlugin plugin = server.plugin().build();
 * server.onRoute(message -> server.reply(to, "You said " + message.path("text").asString()));
 * }</pre>
 *
 * <p>Over loopback, for real, or {@link #inMemory(Scheduler)} in virtual time. Every method but those that return a {@code
 * Mono} acts at once and never blocks; all are safe for use by many threads.
 */
public final class EmbeddedCodeboltServer {

    private final CodeboltCore core;
    private final EmbeddedServer server;
    private final CodeboltFaults faults;

    EmbeddedCodeboltServer(CodeboltCore core, EmbeddedServer server) {
        this.core = core;
        this.server = server;
        this.faults = new CodeboltFaults(server, core);
    }

    /** A server's options, all with defaults. */
    public static EmbeddedCodeboltServerBuilder builder() {
        return new EmbeddedCodeboltServerBuilder();
    }

    /** Starts a server on a free port of 127.0.0.1. Cold: each subscription starts one; close it when done. */
    public static Mono<EmbeddedCodeboltServer> start() {
        return builder().start();
    }

    /** A server in memory, started, whose time and work are this scheduler's. */
    public static EmbeddedCodeboltServer inMemory(Scheduler scheduler) {
        return builder().inMemory(scheduler);
    }

    // Reaching it

    /** The address for {@code serverUrl}; the same after a restart. In memory it leads nowhere but {@link #pipes}. */
    public String url() {
        return "ws" + server.url().substring("http".length());
    }

    /** WebSockets in memory, instead of over a network. */
    public PipeConnector pipes(WebSocketOptions options) {
        return server.pipes(options);
    }

    /**
     * A plugin with this server's address and credentials and, when the server lives in memory, its transport and its
     * scheduler for everything.
     */
    public CodeboltPluginBuilder plugin() {
        CodeboltPluginBuilder builder = CodeboltPlugin.builder()
                .serverUrl(url())
                .pluginId(core.options.pluginId)
                .pluginToken(core.options.pluginToken);
        return server.isInMemory()
                ? builder.transport(pipes(WebSocketOptions.defaults()))
                        .timer(core.scheduler)
                        .streams(StreamOptions.defaults().withDeliverOn(core.scheduler))
                : builder;
    }

    /** The fault switches. */
    public CodeboltFaults faults() {
        return faults;
    }

    // What it says. Each goes to every plugin that is connected, and tells whether there was one

    /** An agent replies. */
    public boolean reply(ReplyAddress to, String text, Attachment... attachments) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("text", text);
        data.put("replyTo", to);
        data.put("threadId", "thread-1");
        data.put("instanceId", "instance-1");
        data.put("timestamp", core.now().toString());
        if (attachments.length > 0) {
            data.put("attachments", List.of(attachments));
        }
        return push(Map.of("type", "gateway.reply", "data", data));
    }

    /** An agent speaks unasked. */
    public boolean messageToChannel(String targetId, String text) {
        return push(Map.of("type", "gateway.messageToChannel", "data", Map.of("targetId", targetId, "text", text)));
    }

    /** Somebody does something in a panel. */
    public boolean panelMessage(String panelId, Object data) {
        return push(Map.of("type", "dynamicPanel.message", "panelId", panelId, "data", data, "messageId", "message-1"));
    }

    /** The plugin is to stop. A real server sends {@code SIGTERM} next. */
    public boolean requestStop() {
        return push(Map.of("type", "pluginStopMessage"));
    }

    /** Any message. */
    public boolean push(Map<String, ?> message) {
        return core.confined.get(() -> core.broadcast(message));
    }

    /** Who is told of each routed message, behind its answer: an agent that replies. Must not block. */
    public void onRoute(Consumer<JsonNode> agent) {
        core.confined.run(() -> core.requests.onRouted = agent);
    }

    // What it has seen, and how things stand

    /** The messages so far, and the close frames as type {@code close}, the oldest first. */
    public List<ReceivedMessage> received() {
        return core.messages.snapshot();
    }

    /** The messages of one type so far. */
    public List<ReceivedMessage> received(String type) {
        return received().stream()
                .filter(message -> message.type().equals(type))
                .toList();
    }

    /** The messages so far, then each as it comes in; completes when the server is closed. Do not block in it. */
    public Flux<ReceivedMessage> receivedStream() {
        return core.messages.flux();
    }

    /** The handshakes so far, with their queries. */
    public List<ReceivedHandshake> handshakes() {
        return core.handshakes.snapshot();
    }

    /** The channels, in the order of registering; those of plugins that have gone are disconnected. */
    public List<ServerChannel> channels() {
        return core.confined.get(core.requests::channels);
    }

    /** The open panels by their ids, as they were last shown. */
    public Map<String, JsonNode> panels() {
        return core.confined.get(core.requests::panels);
    }

    /** How many sockets are open. */
    public int sockets() {
        return server.sockets();
    }

    // Life

    /**
     * Goes down; its books are kept, channels are disconnected. Completes when no connection is left.
     *
     * @param orderly whether sockets are closed with 1001, or just break
     */
    public Mono<Void> stop(boolean orderly) {
        return server.stop(orderly ? new CloseStatus(CloseStatus.GOING_AWAY, "server shutdown") : null);
    }

    /** Comes up again after {@link #stop}, at the same address. */
    public Mono<Void> startAgain() {
        return server.start();
    }

    /** Goes down, stays down for a while, and comes up again. */
    public Mono<Void> restart(boolean orderly, Duration downTime) {
        return server.restart(orderly ? new CloseStatus(CloseStatus.GOING_AWAY, "server shutdown") : null, downTime);
    }

    /** Closes for good and leaves nothing behind. Idempotent. Completes when no connection is left. */
    public Mono<Void> close() {
        return Mono.defer(() -> {
                    faults.reset();
                    return stop(true);
                })
                .doFinally(signal -> {
                    core.messages.complete();
                    core.handshakes.complete();
                });
    }

    /** The address, and nothing secret. */
    @Override
    public String toString() {
        return "EmbeddedCodeboltServer[" + url() + "]";
    }
}
