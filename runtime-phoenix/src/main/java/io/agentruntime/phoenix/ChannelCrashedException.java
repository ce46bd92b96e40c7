package io.agentruntime.phoenix;

import io.agentruntime.error.RuntimeClientException;

/**
 * The channel crashed on the server. It is joined again by itself; whether the server had acted on a push that was waiting
 * for its reply is unknown.
 */
public final class ChannelCrashedException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final String topic;

    ChannelCrashedException(String topic) {
        super("Channel " + topic + " crashed on the server");
        this.topic = topic;
    }

    /** The channel's topic. */
    public String topic() {
        return topic;
    }
}
