package io.agentruntime.testkit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which agent has a session. At most one an agent; it knows nothing of sockets, as in the real gateway: a session that
 * was reaped leaves the socket open.
 */
final class SessionBook {

    private final Ids ids;
    private final GatewayClock clock;
    private final @Nullable Duration reapAfter;
    private final Map<String, GatewaySession> byAgent = new LinkedHashMap<>();
    private final Map<String, Integer> opened = new HashMap<>();

    SessionBook(Ids ids, GatewayClock clock, @Nullable Duration reapAfter) {
        this.ids = ids;
        this.clock = clock;
        this.reapAfter = reapAfter;
    }

    /** A new session; the agent's earlier one ends. */
    GatewaySession open(String agentId) {
        Instant now = clock.now();
        GatewaySession session = new GatewaySession(ids.hex(64), agentId, now, now);
        byAgent.remove(agentId);
        byAgent.put(agentId, session);
        opened.merge(agentId, 1, Integer::sum);
        return session;
    }

    @Nullable
    GatewaySession of(String agentId) {
        reapStale();
        return byAgent.get(agentId);
    }

    @Nullable
    GatewaySession heartbeat(String agentId) {
        GatewaySession session = of(agentId);
        if (session == null) {
            return null;
        }
        GatewaySession alive = new GatewaySession(session.id(), agentId, session.connectedAt(), clock.now());
        byAgent.replace(agentId, alive);
        return alive;
    }

    boolean end(String agentId, String sessionId) {
        GatewaySession session = of(agentId);
        return session != null && session.id().equals(sessionId) && byAgent.remove(agentId) != null;
    }

    void endAll(String agentId) {
        byAgent.remove(agentId);
    }

    void clear() {
        byAgent.clear();
    }

    /** All sessions, the newest first. */
    List<GatewaySession> all() {
        reapStale();
        List<GatewaySession> all = new ArrayList<>(byAgent.values());
        Collections.reverse(all);
        return all;
    }

    int opened(String agentId) {
        return opened.getOrDefault(agentId, 0);
    }

    /** Looked at whenever someone asks, so that no timer is needed and none is left. */
    private void reapStale() {
        if (reapAfter != null) {
            Instant limit = clock.now().minus(reapAfter);
            byAgent.values().removeIf(session -> session.lastHeartbeat().isBefore(limit));
        }
    }
}
