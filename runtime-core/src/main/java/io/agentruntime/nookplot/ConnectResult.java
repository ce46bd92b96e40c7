package io.agentruntime.nookplot;

import io.agentruntime.connection.SessionInfo;
import java.time.Instant;
import java.util.Objects;

/**
 * What the gateway answered when the session was registered.
 *
 * @param sessionId the session's id
 * @param agentId the agent's id
 * @param address the agent's address, {@code 0x...}
 * @param connectedAt when the gateway registered the session
 */
public record ConnectResult(String sessionId, String agentId, String address, Instant connectedAt)
        implements SessionInfo {

    public ConnectResult {
        Objects.requireNonNull(sessionId, "sessionId");
        Objects.requireNonNull(agentId, "agentId");
    }
}
