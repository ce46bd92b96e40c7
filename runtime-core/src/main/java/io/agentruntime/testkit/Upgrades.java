package io.agentruntime.testkit;

import io.agentruntime.testkit.server.Handshake;
import io.agentruntime.testkit.server.ServerRequest;

/** Decides on WebSocket handshakes: one ticket each. Within a change only. */
final class Upgrades {

    private static final String PATH = "/ws/runtime";

    private final GatewayCore core;

    Upgrades(GatewayCore core) {
        this.core = core;
    }

    static String ticket(ServerRequest request) {
        return request.query().getOrDefault("ticket", "");
    }

    Handshake decide(ServerRequest request) {
        String ticket = ticket(request);
        if (!request.path().equals(PATH)) {
            return new Handshake.Drop();
        }
        if (ticket.isEmpty()) {
            return Handshake.Refuse.bare(401, "Unauthorized");
        }
        if (!Js.isUuid(ticket)) {
            // The real gateway hands it to the database as a UUID, which throws (observed).
            return Handshake.Refuse.bare(500, "Internal Server Error");
        }
        String agentId = core.tickets.redeem(ticket);
        return agentId == null
                ? Handshake.Refuse.bare(401, "Invalid ticket")
                : new Handshake.Accept(socket -> core.sockets.opened(agentId, socket));
    }
}
