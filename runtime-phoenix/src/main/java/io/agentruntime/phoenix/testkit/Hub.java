package io.agentruntime.phoenix.testkit;

import io.agentruntime.http.HttpReply;
import io.agentruntime.phoenix.testkit.ConnectRequest.Transport;
import io.agentruntime.testkit.server.Confined;
import io.agentruntime.testkit.server.Handshake;
import io.agentruntime.testkit.server.HttpOutcome;
import io.agentruntime.testkit.server.ServerProtocol;
import io.agentruntime.testkit.server.ServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** The protocol, without any wire: sockets, channels, topics. Everything is read and written through {@link #confined}. */
final class Hub implements ServerProtocol {

    private static final Logger log = LoggerFactory.getLogger(Hub.class);
    private static final String AUTH_TOKEN = "base64url.bearer.phx.";
    private static final String PHOENIX = "phoenix";

    final Confined confined = new Confined();
    final PhoenixSettings settings;
    final Presences presences = new Presences(this);
    final FaultBook faults = new FaultBook();
    final Records records;

    private final Scheduler scheduler;
    private final LongPolls longPolls;
    private final Map<String, ChannelHandler> handlers = new LinkedHashMap<>();
    private final Set<Connection> connections = new LinkedHashSet<>();
    private final Map<String, Set<ServerChannel>> topics = new LinkedHashMap<>();
    private int lastNumber;

    Hub(PhoenixSettings settings, Scheduler scheduler) {
        this.settings = settings;
        this.scheduler = scheduler;
        this.records = new Records(this, settings);
        this.longPolls = new LongPolls(this);
    }

    Scheduler scheduler() {
        return scheduler;
    }

    // What comes from the wire

    @Override
    public Mono<Handshake> handshake(ServerRequest request) {
        if (!request.path().equals(settings.path() + "/websocket")) {
            return Mono.just(Handshake.Refuse.of(404));
        }
        ConnectRequest connect = connect(request, Transport.WEBSOCKET, subprotocolToken(request));
        Serializer serializer = Serializer.of(request.query().get("vsn"));
        ConnectReply verdict = decide(connect, serializer);
        if (serializer == null || !verdict.accepted()) {
            return Mono.just(Handshake.Refuse.of(403));
        }
        return Mono.just(new Handshake.Accept(
                request.subprotocols().contains(PHOENIX) ? PHOENIX : "",
                socket -> new WebSocketOutlet(this, socket, serializer, connect, verdict.id())));
    }

    @Override
    public Mono<HttpOutcome> http(ServerRequest request) {
        if (request.path().equals(settings.path() + "/longpoll")) {
            return longPolls.answer(request);
        }
        int status = request.path().equals(settings.path() + "/websocket") ? 400 : 404;
        return Mono.just(new HttpOutcome.Whole(failure(status)));
    }

    @Override
    public HttpReply failure(int status) {
        return new HttpReply(status, Map.of("content-type", "text/plain; charset=utf-8"), new byte[0]);
    }

    @Override
    public void stopped() {
        // Sockets end by themselves; of a session nothing is left when its process is gone.
        longPolls.clear();
        List.copyOf(connections).forEach(Connection::gone);
    }

    // Connecting

    ConnectRequest connect(ServerRequest request, Transport transport, Optional<String> authToken) {
        Map<String, String> params = request.query();
        String vsn = params.getOrDefault("vsn", "");
        params.remove("vsn");
        if (transport == Transport.LONGPOLL) {
            params.remove("token");
        }
        return new ConnectRequest(transport, vsn, Map.copyOf(params), request.headers(), authToken);
    }

    ConnectReply decide(ConnectRequest connect, @Nullable Serializer serializer) {
        records.add(connect);
        if (serializer == null) {
            return ConnectReply.refuse();
        }
        try {
            return settings.connect().connect(connect);
        } catch (RuntimeException e) {
            log.debug("A connect handler failed", e);
            return ConnectReply.refuse();
        }
    }

    private static Optional<String> subprotocolToken(ServerRequest request) {
        return request.subprotocols().stream()
                .filter(protocol -> protocol.startsWith(AUTH_TOKEN))
                .map(protocol -> decode(protocol.substring(AUTH_TOKEN.length())))
                .findFirst();
    }

    /** Either alphabet: the name says base64url, and phoenix.js writes plain base64 without padding. */
    private static String decode(String token) {
        byte[] bytes = Base64.getUrlDecoder().decode(token.replace('+', '-').replace('/', '_'));
        return new String(bytes, StandardCharsets.UTF_8);
    }

    Connection opened(Outlet outlet, Serializer serializer, ConnectRequest request, @Nullable String id) {
        Connection connection = new Connection(this, outlet, serializer, request, id, ++lastNumber);
        connections.add(connection);
        return connection;
    }

    void removed(Connection connection) {
        connections.remove(connection);
    }

    List<Connection> connections() {
        return List.copyOf(connections);
    }

    void forgetLongPollSessions() {
        longPolls.clear();
    }

    void disconnect(String id) {
        for (Connection connection : connections()) {
            if (id.equals(connection.id())) {
                connection.close(settings.adapter().disconnectCode, "");
            }
        }
    }

    // Channels

    /** The newest pattern that matches. */
    @Nullable
    ChannelHandler handlerOf(String topic) {
        ChannelHandler newest = null;
        for (Map.Entry<String, ChannelHandler> entry : handlers.entrySet()) {
            if (new TopicPattern(entry.getKey()).matches(topic)) {
                newest = entry.getValue();
            }
        }
        return newest;
    }

    void handler(TopicPattern pattern, ChannelHandler handler) {
        handlers.remove(pattern.text());
        handlers.put(pattern.text(), handler);
    }

    void joined(ServerChannel channel) {
        topics.computeIfAbsent(channel.topic(), topic -> new LinkedHashSet<>()).add(channel);
    }

    void left(ServerChannel channel) {
        Set<ServerChannel> others = topics.getOrDefault(channel.topic(), Set.of());
        if (others.remove(channel) && others.isEmpty()) {
            topics.remove(channel.topic());
        }
        presences.untrackAll(channel);
    }

    List<ServerChannel> channels(TopicPattern pattern) {
        List<ServerChannel> found = new ArrayList<>();
        topics.forEach((topic, channels) -> {
            if (pattern.matches(topic)) {
                found.addAll(channels);
            }
        });
        return found;
    }

    void broadcast(String topic, String event, @Nullable Object payload, @Nullable ServerChannel except) {
        WireMessage message = WireMessage.broadcast(topic, event, payload);
        for (ServerChannel channel : List.copyOf(topics.getOrDefault(topic, Set.of()))) {
            if (channel != except && channel.isOpenNow()) {
                channel.connection().send(channel, message);
            }
        }
    }

    // Records

    void record(Connection from, WireMessage message) {
        records.add(from, message);
    }

    void recordMalformed(Connection from, byte[] frame) {
        records.addMalformed(from, frame);
    }
}
