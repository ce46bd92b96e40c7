package io.agentruntime.phoenix;

import io.agentruntime.error.RuntimeClientException;

/** Something was pushed to a channel that nobody has joined, or that is being left. Nothing was sent. */
public final class NotJoinedException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final String topic;

    NotJoinedException(String topic, ChannelState state) {
        super("Channel " + topic + " is not joined (state: " + state.name() + "); nothing was sent. Call join() first");
        this.topic = topic;
    }

    /** The channel's topic. */
    public String topic() {
        return topic;
    }
}
