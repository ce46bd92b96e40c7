package io.agentruntime.testkit;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sessions, tickets, presence: {@code /v1/runtime/*} and {@code /v1/ws/ticket}. */
final class RuntimeRoutes {

    private final GatewayCore core;

    RuntimeRoutes(GatewayCore core) {
        this.core = core;
    }

    List<Route> routes() {
        return List.of(
                new Route("POST", "/v1/runtime/connect", this::connect),
                new Route("POST", "/v1/runtime/disconnect", this::disconnect),
                new Route("GET", "/v1/runtime/status", this::status),
                new Route("POST", "/v1/runtime/heartbeat", this::heartbeat),
                new Route("GET", "/v1/runtime/presence", this::presence),
                new Route("POST", "/v1/ws/ticket", false, this::ticket));
    }

    private Answer connect(Call call) {
        call.metadata(8192);
        GatewaySession session = core.sessions.open(call.agent().id());
        return Answer.json(
                201,
                Json.object(
                        "sessionId", session.id(),
                        "agentId", call.agent().id(),
                        "address", call.agent().address(),
                        "connectedAt", GatewayClock.iso(session.connectedAt())));
    }

    private Answer disconnect(Call call) {
        String sessionId = call.text("sessionId");
        if (sessionId == null) {
            core.sessions.endAll(call.agent().id());
        } else if (!core.sessions.end(call.agent().id(), sessionId)) {
            throw new ApiError(404, "Session not found or already disconnected");
        }
        return Answer.json(200, Json.object("success", true));
    }

    private Answer status(Call call) {
        GatewaySession session = core.sessions.of(call.agent().id());
        return Answer.json(
                200,
                Json.object(
                        "agentId", call.agent().id(),
                        "address", call.agent().address(),
                        "displayName", call.agent().displayName().orElse(null),
                        "status", "active",
                        "session", session == null ? null : session(session)));
    }

    private static Map<String, @Nullable Object> session(GatewaySession session) {
        return Json.object(
                "sessionId", session.id(),
                "connectedAt", GatewayClock.iso(session.connectedAt()),
                "lastHeartbeat", GatewayClock.iso(session.lastHeartbeat()));
    }

    private Answer heartbeat(Call call) {
        GatewaySession session = core.sessions.heartbeat(call.agent().id());
        if (session == null) {
            throw new ApiError(404, "No active session. Call POST /v1/runtime/connect first.");
        }
        return Answer.json(
                200, Json.object("success", true, "lastHeartbeat", GatewayClock.iso(session.lastHeartbeat())));
    }

    private Answer presence(Call call) {
        int limit = Math.min(call.intQuery("limit", 50), 100);
        int offset = Math.max(call.intQuery("offset", 0), 0);
        int rows = Call.rows(limit, offset, 100, "Failed to get presence");
        List<GatewaySession> sessions = core.sessions.all();
        List<Map<String, @Nullable Object>> agents =
                sessions.stream().skip(offset).limit(rows).map(this::present).toList();
        return Answer.json(
                200,
                core.settings.presenceAsArray()
                        ? agents
                        : Json.object("agents", agents, "total", sessions.size(), "limit", limit, "offset", offset));
    }

    private Map<String, @Nullable Object> present(GatewaySession session) {
        GatewayAgent agent = core.agents.get(session.agentId());
        return Json.object(
                "agentId", agent.id(),
                "address", agent.address(),
                "displayName", agent.displayName().orElse(null),
                "connectedAt", GatewayClock.iso(session.connectedAt()),
                "lastHeartbeat", GatewayClock.iso(session.lastHeartbeat()));
    }

    private Answer ticket(Call call) {
        return Answer.json(
                200,
                Json.object("ticket", core.tickets.issue(call.agent().id()), "expiresIn", TicketBook.LIFETIME_SECONDS));
    }
}
