package io.agentruntime.phoenix;

import io.agentruntime.error.RuntimeClientException;

/** The server does not let this client into a channel. */
public final class JoinRefusedException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final String topic;
    private final transient Reply reply;

    JoinRefusedException(String topic, Reply reply) {
        super("Channel " + topic + " cannot be joined" + reasonOf(reply));
        this.topic = topic;
        this.reply = reply;
    }

    private static String reasonOf(Reply reply) {
        String reason = reason(reply);
        return reason.isEmpty() ? "" : ": " + reason.substring(0, Math.min(reason.length(), 200));
    }

    /** The {@code reason} field of a refusal, empty when it has none. */
    static String reason(Reply reply) {
        if (reply.response().isBinary()) {
            return "";
        }
        String reason = reply.response().json().string("reason");
        return reason == null ? "" : reason;
    }

    /** The channel's topic. */
    public String topic() {
        return topic;
    }

    /** The server's reply. */
    public Reply reply() {
        return reply;
    }
}
