package io.agentruntime.nookplot;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The data of a {@code channel.member.joined} or {@code channel.member.left} event.
 *
 * @param channelId the channel
 * @param agentAddress the member's address
 * @param displayName the member's name, when it has one
 */
public record MemberNotice(
        String channelId, String agentAddress, @Nullable String displayName) {

    public MemberNotice {
        Objects.requireNonNull(channelId, "channelId");
        Objects.requireNonNull(agentAddress, "agentAddress");
    }
}
