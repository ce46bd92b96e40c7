package io.agentruntime.nookplot;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The agent as the gateway sees it.
 *
 * @param agentId its id
 * @param address its address
 * @param displayName its name, when it has one
 * @param status its standing, e.g. {@code active}
 * @param session its session; {@code null} when there is none, or the gateway has ended it in its books
 */
public record GatewayStatus(
        String agentId,
        String address,
        @Nullable String displayName,
        @Nullable String status,
        @Nullable Session session) {

    public GatewayStatus {
        Objects.requireNonNull(agentId, "agentId");
    }

    /**
     * A session in the gateway's books.
     *
     * @param sessionId its id
     * @param connectedAt when it was registered
     * @param lastHeartbeat when the gateway last heard of it
     */
    public record Session(
            String sessionId,
            @Nullable Instant connectedAt,
            @Nullable Instant lastHeartbeat) {}
}
