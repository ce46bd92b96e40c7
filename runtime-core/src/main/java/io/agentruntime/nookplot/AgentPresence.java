package io.agentruntime.nookplot;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An agent that is connected to the gateway.
 *
 * @param agentId its id
 * @param address its address
 * @param displayName its name, when it has one
 * @param connectedAt since when it is connected
 * @param lastHeartbeat when the gateway last heard of it
 */
public record AgentPresence(
        String agentId,
        String address,
        @Nullable String displayName,
        @Nullable Instant connectedAt,
        @Nullable Instant lastHeartbeat) {

    public AgentPresence {
        Objects.requireNonNull(agentId, "agentId");
    }
}
