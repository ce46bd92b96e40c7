package io.agentruntime.phoenix;

import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.phoenix.ChannelState.CloseReason;

/** The channel is closed, and with it the streams and pushes that were waiting. {@code join()} opens it again. */
public final class ChannelClosedException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final String topic;
    private final CloseReason reason;

    ChannelClosedException(String topic, CloseReason reason) {
        super("Channel " + topic + " " + reason.text());
        this.topic = topic;
        this.reason = reason;
    }

    /** The channel's topic. */
    public String topic() {
        return topic;
    }

    /** Why it is closed. */
    public CloseReason reason() {
        return reason;
    }
}
