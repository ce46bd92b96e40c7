package io.agentruntime.testkit.codebolt;

import io.agentruntime.http.HttpReply;
import io.agentruntime.testkit.server.Confined;
import io.agentruntime.testkit.server.Handshake;
import io.agentruntime.testkit.server.HttpOutcome;
import io.agentruntime.testkit.server.Recorder;
import io.agentruntime.testkit.server.ServerProtocol;
import io.agentruntime.testkit.server.ServerRequest;
import io.agentruntime.testkit.server.ServerSocket;
import io.agentruntime.testkit.server.SocketHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** The protocol, without any wire: who is let in, and what is said on its socket. Read and written through {@link #confined}. */
final class CodeboltCore implements ServerProtocol {

    static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String ENDPOINT = "/plugin";

    final Confined confined;
    final Scheduler scheduler;
    final EmbeddedCodeboltServerBuilder options;
    final Recorder<ReceivedMessage> messages;
    final Recorder<ReceivedHandshake> handshakes;
    final Requests requests = new Requests(this);
    final Set<ServerSocket> sockets = new LinkedHashSet<>();

    int closeBeforeStart;
    boolean startWithheld;
    Duration answerDelay = Duration.ZERO;
    final Set<String> silent = new HashSet<>();
    final Map<String, String> refusals = new HashMap<>();
    final Map<String, Map<String, ?>> instead = new HashMap<>();

    CodeboltCore(Confined confined, Scheduler scheduler, EmbeddedCodeboltServerBuilder options) {
        this.confined = confined;
        this.scheduler = scheduler;
        this.options = options;
        this.messages = new Recorder<>(confined, options.recordLimit);
        this.handshakes = new Recorder<>(confined, options.recordLimit);
    }

    Instant now() {
        return Instant.ofEpochMilli(scheduler.now(TimeUnit.MILLISECONDS));
    }

    @Override
    public void arrived(ServerRequest request) {
        if (request.isHandshake()) {
            handshakes.add(new ReceivedHandshake(request.path(), request.query()));
        }
    }

    @Override
    public Mono<Handshake> handshake(ServerRequest request) {
        Map<String, String> query = request.query();
        if (!request.path().equals(ENDPOINT)) {
            return Mono.just(Handshake.Refuse.of(404));
        }
        boolean known =
                options.pluginId.equals(query.get("pluginId")) && options.pluginToken.equals(query.get("pluginToken"));
        return Mono.just(known ? new Handshake.Accept(this::opened) : Handshake.Refuse.of(401));
    }

    @Override
    public Mono<HttpOutcome> http(ServerRequest request) {
        return Mono.just(new HttpOutcome.Whole(new HttpReply(404, Map.of(), new byte[0])));
    }

    @Override
    public void stopped() {
        requests.disconnected(null);
    }

    private SocketHandler opened(ServerSocket socket) {
        if (closeBeforeStart != 0) {
            socket.close(closeBeforeStart, "invalid plugin token");
        } else {
            sockets.add(socket);
            if (!startWithheld) {
                send(socket, start());
            }
        }
        return new Conversation(socket);
    }

    private Map<String, Object> start() {
        Map<String, Object> start = new LinkedHashMap<>();
        start.put("type", "pluginStartMessage");
        start.put("pluginId", options.pluginId);
        start.put("pluginDir", "/plugins/" + options.pluginId);
        start.put("manifest", options.manifest);
        start.put("config", options.config);
        return start;
    }

    void send(ServerSocket socket, Map<String, ?> message) {
        socket.text(JSON.writeValueAsBytes(message));
    }

    /** Sends a message on every socket. Whether there was one. */
    boolean broadcast(Map<String, ?> message) {
        sockets.forEach(socket -> send(socket, message));
        return !sockets.isEmpty();
    }

    /** Answers a request, later where a fault switch says so. */
    void answer(ServerSocket socket, String requestType, Map<String, @Nullable Object> message) {
        instead.getOrDefault(requestType, Map.of()).forEach((field, value) -> message.put(field, value));
        message.values().removeIf(value -> value == null);
        if (silent.contains(requestType)) {
            return;
        }
        if (answerDelay.isZero()) {
            send(socket, message);
        } else {
            Duration delay = answerDelay;
            confined.effect(() -> scheduler.schedule(
                    () -> confined.run(() -> send(socket, message)), delay.toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    private final class Conversation implements SocketHandler {

        private final ServerSocket socket;

        private Conversation(ServerSocket socket) {
            this.socket = socket;
        }

        @Override
        public void received(byte[] payload, boolean binary) {
            JsonNode json = parse(payload);
            String type = json.path("type").asString("");
            messages.add(new ReceivedMessage(now(), socket.number(), type, json));
            requests.received(socket, type, json);
        }

        private static JsonNode parse(byte[] payload) {
            try {
                return JSON.readTree(payload);
            } catch (JacksonException e) {
                return MissingNode.getInstance();
            }
        }

        @Override
        public void closing(int code, String reason) {
            messages.add(new ReceivedMessage(
                    now(), socket.number(), "close", JSON.valueToTree(Map.of("code", code, "reason", reason))));
        }

        @Override
        public void closed() {
            sockets.remove(socket);
            requests.disconnected(socket);
        }
    }
}
