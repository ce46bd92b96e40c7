package io.agentruntime.error;

/** The gateway did not take up the subscription of a channel. */
public final class SubscriptionException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final String channelId;

    public SubscriptionException(String channelId, String reason) {
        super("Channel " + channelId + " is not subscribed: " + reason);
        this.channelId = channelId;
    }

    /** The channel that is not subscribed. */
    public String channelId() {
        return channelId;
    }
}
