package io.agentruntime.testkit.octavus;

import io.agentruntime.http.HttpReply;
import io.agentruntime.testkit.server.Confined;
import io.agentruntime.testkit.server.Handshake;
import io.agentruntime.testkit.server.HttpOutcome;
import io.agentruntime.testkit.server.Recorder;
import io.agentruntime.testkit.server.ServerProtocol;
import io.agentruntime.testkit.server.ServerRequest;
import io.agentruntime.testkit.server.SockJsEndpoint;
import io.agentruntime.testkit.server.SockJsSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The platform's books: sessions, connections, files. Everything but {@link #turn} is called inside a change. */
final class OctavusCore implements ServerProtocol {

    static final String SOCKET = "/octavus";
    static final String SOCKJS = "/octavus/sockjs";
    static final String HTTP = "/octavus/stream";
    static final String FILES = "/octavus/files";

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8);

    final Confined confined = new Confined();
    final Scheduler scheduler;
    final OctavusSettings settings;
    final Recorder<ReceivedMessage> messages;
    final Set<AgentConnection> connections = new LinkedHashSet<>();
    final SockJsEndpoint sockJs;

    private final Map<String, byte[]> files = new HashMap<>();
    private AgentScript agent;
    private Duration latency = Duration.ZERO;
    private long lastTurn;
    private int lastConnection;
    private int lastFile;

    OctavusCore(Scheduler scheduler, OctavusSettings settings) {
        this.scheduler = scheduler;
        this.settings = settings;
        this.messages = new Recorder<>(confined, settings.recordLimit());
        AgentScript own = settings.agent();
        this.agent = own == null ? new DemoAgent(Duration.ZERO, scheduler) : own;
        this.sockJs = new SockJsEndpoint(
                SOCKJS,
                SockJsSettings.defaults(),
                (request, socket) -> open(socket::text, request.query().get("sessionId")));
    }

    void agent(AgentScript script) {
        agent = script;
    }

    Duration latency() {
        return latency;
    }

    void latency(Duration delay) {
        latency = delay;
    }

    static @Nullable JsonNode parse(byte[] text) {
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException e) {
            return null;
        }
    }

    // Turns

    /** What the agent says to a message; what its script fails with becomes an {@code error} event, as the platform's does. */
    Flux<String> turn(JsonNode message, String sessionId) {
        return Flux.defer(() -> {
                    AgentTurn turn = confined.get(() -> agentTurn(message, sessionId));
                    return confined.get(() -> agent).turn(turn);
                })
                .onErrorResume(
                        e -> Flux.just(Say.error("internal_error", String.valueOf(e.getMessage()), "platform", false)))
                .subscribeOn(scheduler);
    }

    private AgentTurn agentTurn(JsonNode message, String sessionId) {
        long number = ++lastTurn;
        boolean trigger = message.path("type").asString("").equals("trigger");
        return new AgentTurn(
                number,
                sessionId,
                trigger ? message.path("triggerName").asString("") : null,
                message.path("input"),
                trigger ? "execution-" + number : message.path("executionId").asString(""),
                message.path("toolResults"));
    }

    // Sockets

    @Override
    public Mono<Handshake> handshake(ServerRequest request) {
        if (sockJs.serves(request)) {
            return sockJs.handshake(request);
        }
        if (!request.path().equals(SOCKET)) {
            return Mono.just(Handshake.Refuse.of(404));
        }
        String named = request.query().get("sessionId");
        return Mono.just(new Handshake.Accept(socket -> open(socket::text, named)));
    }

    /** A client has connected, over whatever way. */
    AgentConnection open(AgentConnection.Line line, @Nullable String sessionId) {
        AgentConnection connection = new AgentConnection(this, line, ++lastConnection, sessionId);
        connections.add(connection);
        return connection;
    }

    // HTTP

    @Override
    public Mono<HttpOutcome> http(ServerRequest request) {
        if (sockJs.serves(request)) {
            return sockJs.http(request);
        }
        String path = request.path();
        if (path.equals(HTTP)) {
            return Mono.just(stream(request));
        } else if (path.equals(FILES)) {
            return Mono.just(uploadUrls(request));
        } else if (path.startsWith(FILES + "/")) {
            return Mono.just(file(request, path.substring(FILES.length() + 1)));
        }
        return Mono.just(reply(404, Map.of("error", "not found")));
    }

    private HttpOutcome stream(ServerRequest request) {
        JsonNode message = parse(request.body());
        String sessionId = message == null ? "" : message.path("sessionId").asString("");
        if (message == null || sessionId.isEmpty()) {
            return reply(400, Map.of("error", "sessionId is required"));
        }
        messages.add(new ReceivedMessage(0, message));
        Flux<byte[]> body = turn(message, sessionId)
                .map(event -> ("data: " + event + "\n\n").getBytes(StandardCharsets.UTF_8))
                .concatWith(Mono.just(DONE));
        return new HttpOutcome.Streamed(
                200, Map.of("content-type", "text/event-stream", "cache-control", "no-cache"), body);
    }

    private HttpOutcome uploadUrls(ServerRequest request) {
        JsonNode asked = parse(request.body());
        if (asked == null || asked.path("sessionId").asString("").isEmpty()) {
            return reply(400, Map.of("error", "sessionId is required"));
        }
        List<Map<String, String>> urls = new ArrayList<>();
        for (int i = 0; i < asked.path("files").size(); i++) {
            String id = "file-" + ++lastFile;
            String url = "http://" + request.headers().getOrDefault("host", "localhost") + FILES + "/" + id;
            Map<String, String> one = new LinkedHashMap<>();
            one.put("id", id);
            one.put("uploadUrl", url + "?signature=upload-" + id);
            one.put("downloadUrl", url + "?signature=download-" + id);
            urls.add(one);
        }
        return reply(200, Map.of("files", urls));
    }

    private HttpOutcome file(ServerRequest request, String id) {
        if (request.method().equals("PUT")) {
            files.put(id, request.body());
            return reply(200, Map.of());
        }
        byte[] content = files.get(id);
        return content == null
                ? reply(404, Map.of("error", "not found"))
                : new HttpOutcome.Whole(new HttpReply(200, Map.of(), content));
    }

    byte @Nullable [] file(String id) {
        return files.get(id);
    }

    private static HttpOutcome reply(int status, Object body) {
        return new HttpOutcome.Whole(
                new HttpReply(status, Map.of("content-type", "application/json"), MAPPER.writeValueAsBytes(body)));
    }

    @Override
    public void stopped() {
        connections.clear();
        sockJs.stopped();
    }
}
