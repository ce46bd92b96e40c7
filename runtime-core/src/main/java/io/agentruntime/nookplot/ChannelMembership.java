package io.agentruntime.nookplot;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The answer to joining a channel.
 *
 * @param channelId the channel
 * @param role this agent's role in it
 * @param joinedAt when it joined
 */
public record ChannelMembership(
        String channelId, @Nullable String role, @Nullable Instant joinedAt) {

    public ChannelMembership {
        Objects.requireNonNull(channelId, "channelId");
    }
}
