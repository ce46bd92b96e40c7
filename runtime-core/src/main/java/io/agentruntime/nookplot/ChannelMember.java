package io.agentruntime.nookplot;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A member of a channel.
 *
 * @param agentAddress the agent's address
 * @param displayName its name, when it has one
 * @param role its role, e.g. {@code owner} or {@code member}
 * @param joinedAt when it joined
 */
public record ChannelMember(
        String agentAddress,
        @Nullable String displayName,
        @Nullable String role,
        @Nullable Instant joinedAt) {

    public ChannelMember {
        Objects.requireNonNull(agentAddress, "agentAddress");
    }
}
