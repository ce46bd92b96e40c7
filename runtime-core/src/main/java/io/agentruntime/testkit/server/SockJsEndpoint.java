package io.agentruntime.testkit.server;

import io.agentruntime.http.HttpReply;
import io.agentruntime.testkit.server.HttpOutcome.Whole;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A SockJS service as part of a {@link ServerProtocol}: it turns the sessions of all transports into {@link ServerSocket}s,
 * as if they were WebSockets, with the fault switches of {@link WireFaults}. It behaves as {@code sockjs} 0.3.24 for Node
 * does, without the transports that only browsers use ({@code jsonp}, {@code htmlfile}, {@code iframe}).
 *
 * <pre>{@code
 * SockJsEndpoint echo = new SockJsEndpoint("/echo", SockJsSettings.defaults(), (request, socket) -> new Echo(socket));
 * // in the protocol: http(request) and handshake(request) ask echo.serves(request) first, stopped() calls echo.stopped()
 * EmbeddedServer server = EmbeddedServer.onLoopback(protocol, confined, ServerSettings.defaults());
 * echo.attach(server);
 * }</pre>
 */
public final class SockJsEndpoint {

    private static final Pattern SESSION = Pattern.compile("/([^/.]+)/([^/.]+)/([a-z_]+)/?");
    private static final Map<String, String> NO_CACHE =
            Map.of("cache-control", "no-store, no-cache, no-transform, must-revalidate, max-age=0");
    private static final Map<String, String> CACHE = Map.of("cache-control", "public, max-age=31536000");
    private static final String TEXT = "text/plain; charset=UTF-8";

    private final String prefix;
    private final SockJsSettings settings;
    private final BiFunction<ServerRequest, ServerSocket, SocketHandler> opened;
    private final Map<String, SockJsSession> sessions = new LinkedHashMap<>();
    private final Random entropy = new Random();
    private @Nullable Wire wire;

    /**
     * @param prefix the path of the service, without a slash at its end
     * @param opened takes a session up when it is open, inside a change, with the request that opened it; what it sends
     *     there is what the client hears first
     */
    public SockJsEndpoint(
            String prefix, SockJsSettings settings, BiFunction<ServerRequest, ServerSocket, SocketHandler> opened) {
        this.prefix = prefix;
        this.settings = settings;
        this.opened = opened;
    }

    /** Says which server it is part of. To be called once, before the first request. */
    public void attach(EmbeddedServer server) {
        wire = server.wire();
    }

    private Wire wire() {
        Wire attached = wire;
        if (attached == null) {
            throw new IllegalStateException("The endpoint has not been attached to its server");
        }
        return attached;
    }

    /** Whether a request or handshake is for this service. */
    public boolean serves(ServerRequest request) {
        return request.path().equals(prefix) || request.path().startsWith(prefix + "/");
    }

    /** How many sessions over HTTP there are. */
    public int sessions() {
        return wire().confined.get(sessions::size);
    }

    /** The server went down: {@link ServerProtocol#stopped()} hands it on. What was to be said is said before. */
    public void stopped() {
        wire().confined.effect(() -> wire().confined.run(this::killAll));
    }

    /**
     * Forgets every session over HTTP, as a server does that was replaced by another one: answers under way break, and a
     * client that asks again gets a new session.
     */
    public void loseSessions() {
        wire().confined.run(this::killAll);
    }

    /**
     * Forgets every session over HTTP, but not the answers under way, which end in good order: the client finds out when it
     * asks again.
     */
    public void loseSessionsQuietly() {
        wire().confined.run(() -> List.copyOf(sessions.values()).forEach(SockJsSession::forget));
    }

    private void killAll() {
        List.copyOf(sessions.values()).forEach(SockJsSession::kill);
    }

    // --- handshakes

    /** Decides on a handshake; see {@link ServerProtocol#handshake}. */
    public Mono<Handshake> handshake(ServerRequest request) {
        String path = request.path().substring(prefix.length());
        Matcher session = SESSION.matcher(path);
        boolean framed = session.matches() && session.group(3).equals("websocket");
        if (!settings.webSocket() || !(framed || path.matches("/websocket/?"))) {
            return Mono.just(Handshake.Refuse.of(404));
        }
        Handshake.Accept accepted = accept(request);
        return Mono.just(
                framed
                        ? new Handshake.Accept(below -> SockJsWebSocket.open(wire(), settings, below, accepted))
                        : accepted);
    }

    private Handshake.Accept accept(ServerRequest request) {
        return new Handshake.Accept(socket -> opened.apply(request, socket));
    }

    // --- requests

    /** Answers a request; see {@link ServerProtocol#http}. */
    public Mono<HttpOutcome> http(ServerRequest request) {
        String path = request.path().substring(prefix.length());
        Matcher session = SESSION.matcher(path);
        if (path.isEmpty() || path.equals("/")) {
            return get(request, Map.of("content-type", TEXT), "Welcome to SockJS!\n");
        }
        if (path.matches("/info/?")) {
            return request.method().equals("OPTIONS") ? preflight(request, "OPTIONS, GET") : info(request);
        }
        if (path.matches("/websocket/?")) {
            return settings.webSocket() ? reply(400, Map.of(), "Not a valid websocket request") : notFound();
        }
        return session.matches() ? transport(request, session.group(2), session.group(3)) : notFound();
    }

    private Mono<HttpOutcome> transport(ServerRequest request, String session, String transport) {
        return switch (transport) {
            case "xhr", "xhr_streaming" -> post(request, () -> receive(request, session, transport));
            case "xhr_send" -> post(request, () -> send(request, session));
            case "eventsource" ->
                request.method().equals("GET")
                        ? receive(request, session, transport)
                        : reply(405, Map.of("allow", "GET"), "");
            case "websocket" ->
                settings.webSocket() ? reply(400, Map.of(), "Not a valid websocket request") : notFound();
            default -> notFound();
        };
    }

    private interface Answer {
        Mono<HttpOutcome> get();
    }

    private Mono<HttpOutcome> post(ServerRequest request, Answer answer) {
        return switch (request.method()) {
            case "POST" -> answer.get();
            case "OPTIONS" -> preflight(request, "OPTIONS, POST");
            default -> reply(405, Map.of("allow", "POST, OPTIONS"), "");
        };
    }

    private Mono<HttpOutcome> info(ServerRequest request) {
        Map<String, String> headers = headers(request, NO_CACHE);
        headers.put("content-type", "application/json; charset=UTF-8");
        String json = "{\"websocket\":" + settings.webSocket() + ",\"origins\":[\"*:*\"],\"cookie_needed\":"
                + settings.jsessionid() + ",\"entropy\":" + Integer.toUnsignedString(entropy.nextInt()) + "}";
        return get(request, headers, json);
    }

    private Mono<HttpOutcome> receive(ServerRequest request, String id, String transport) {
        SockJsSession session = sessions.computeIfAbsent(
                id, key -> new SockJsSession(wire(), settings, accept(request), () -> sessions.remove(key)));
        if (session.isFrozen()) {
            return Mono.never();
        }
        SockJsAnswer answer = new SockJsAnswer(wire().confined, SockJsSession.kindOf(transport), settings);
        session.register(answer);
        return Mono.just(answer.outcome(withSession(request, headers(request, NO_CACHE))));
    }

    private Mono<HttpOutcome> send(ServerRequest request, String id) {
        if (request.body().length == 0) {
            return reply(500, Map.of(), "Payload expected.");
        }
        List<byte[]> messages = SockJsFrames.read(request.body());
        if (messages == null) {
            return reply(500, Map.of(), "Broken JSON encoding.");
        }
        if (!isArray(request.body())) {
            return reply(500, Map.of(), "Payload expected.");
        }
        SockJsSession session = sessions.get(id);
        if (session == null) {
            return notFound();
        }
        if (session.isFrozen()) {
            return Mono.never();
        }
        session.received(messages);
        Map<String, String> headers = withSession(request, headers(request, NO_CACHE));
        headers.put("content-type", TEXT);
        return reply(204, headers, "");
    }

    private static boolean isArray(byte[] json) {
        return new String(json, StandardCharsets.UTF_8).stripLeading().startsWith("[");
    }

    private Map<String, String> withSession(ServerRequest request, Map<String, String> headers) {
        if (settings.jsessionid()) {
            String id = request.cookies().getOrDefault("JSESSIONID", "dummy");
            headers.put("set-cookie", "JSESSIONID=" + id + "; path=/");
        }
        return headers;
    }

    private Mono<HttpOutcome> preflight(ServerRequest request, String methods) {
        Map<String, String> headers = withSession(request, headers(request, CACHE));
        headers.put("access-control-allow-methods", methods);
        headers.put("access-control-max-age", "31536000");
        return reply(204, headers, "");
    }

    private static Map<String, String> headers(ServerRequest request, Map<String, String> caching) {
        Map<String, String> headers = new HashMap<>(caching);
        String origin = request.header("origin");
        headers.put("access-control-allow-origin", origin == null ? "*" : origin);
        headers.put("vary", "Origin");
        if (origin != null) {
            headers.put("access-control-allow-credentials", "true");
        }
        String asked = request.header("access-control-request-headers");
        if (asked != null) {
            headers.put("access-control-allow-headers", asked);
        }
        return headers;
    }

    private static Mono<HttpOutcome> get(ServerRequest request, Map<String, String> headers, String body) {
        return request.method().equals("GET") ? reply(200, headers, body) : reply(405, Map.of("allow", "GET"), "");
    }

    private static Mono<HttpOutcome> notFound() {
        return reply(404, Map.of("content-type", TEXT), "404 Error: Page not found\n");
    }

    private static Mono<HttpOutcome> reply(int status, Map<String, String> headers, String body) {
        return Mono.just(new Whole(new HttpReply(status, headers, body.getBytes(StandardCharsets.UTF_8))));
    }
}
