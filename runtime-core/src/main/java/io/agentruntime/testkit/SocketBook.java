package io.agentruntime.testkit;

import io.agentruntime.testkit.server.ServerSocket;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The sockets that are open. */
final class SocketBook {

    /** The fourth socket of an agent is accepted and closed at once (observed). */
    static final int MAX_PER_AGENT = 3;

    static final int CLOSE_LIMIT_CODE = 1008;
    static final String CLOSE_LIMIT_REASON = "connection limit exceeded — close an existing connection first";

    private final GatewayCore core;
    private final Map<String, Set<GatewaySocket>> byAgent = new LinkedHashMap<>();

    SocketBook(GatewayCore core) {
        this.core = core;
    }

    /** A handshake was accepted: welcomes the socket, or closes it when the agent has too many. */
    GatewaySocket opened(String agentId, ServerSocket wire) {
        Set<GatewaySocket> sockets = byAgent.getOrDefault(agentId, Set.of());
        boolean surplus = sockets.size() >= MAX_PER_AGENT;
        GatewaySocket socket = new GatewaySocket(core, wire, agentId, surplus);
        if (surplus) {
            wire.close(CLOSE_LIMIT_CODE, CLOSE_LIMIT_REASON);
            return socket;
        }
        byAgent.computeIfAbsent(agentId, id -> new LinkedHashSet<>()).add(socket);
        socket.send(Json.bytes(core.event("connection.state", Json.object("state", "connected", "agentId", agentId))));
        if (core.faults.dropAfterWelcome) {
            wire.cut();
        }
        return socket;
    }

    void removed(GatewaySocket socket) {
        Set<GatewaySocket> sockets = byAgent.get(socket.agentId);
        if (sockets != null && sockets.remove(socket) && sockets.isEmpty()) {
            byAgent.remove(socket.agentId);
            core.subscriptions.removeAgent(socket.agentId);
        }
    }

    List<GatewaySocket> of(String agentId) {
        return List.copyOf(byAgent.getOrDefault(agentId, Set.of()));
    }
}
