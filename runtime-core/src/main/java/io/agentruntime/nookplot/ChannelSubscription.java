package io.agentruntime.nookplot;

import org.jspecify.annotations.Nullable;

/**
 * A channel that this runtime wants to be subscribed to, and how that stands.
 *
 * @param channelId the channel
 * @param explicit whether {@link Channels#subscribe} asked for it, or the agent's membership
 * @param status how it stands
 * @param reason why it is not subscribed, when it is not
 */
public record ChannelSubscription(
        String channelId,
        boolean explicit,
        Status status,
        @Nullable String reason) {

    /** How a subscription stands. */
    public enum Status {
        /** The gateway delivers the channel's messages. */
        SUBSCRIBED,
        /** There is no session now, or the gateway has not answered yet; it is subscribed as soon as there is one. */
        PENDING,
        /** The gateway refused. It is tried again with the next session. */
        REFUSED,
        /** The gateway did not answer in time. It is tried again with the next session. */
        UNANSWERED,
        /** All of the agent's slots are taken by channels that come first. */
        NO_SLOT
    }
}
