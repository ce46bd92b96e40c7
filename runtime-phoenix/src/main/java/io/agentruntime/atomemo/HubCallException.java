package io.agentruntime.atomemo;

import io.agentruntime.error.RuntimeClientException;

/** The hub answers a call with an error, or rejects it. */
public final class HubCallException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final String event;
    private final String code;

    HubCallException(String event, String code, String message) {
        super("The hub refuses " + event + " (" + code + "): " + message);
        this.event = event;
        this.code = code;
    }

    /** What was called. */
    public String event() {
        return event;
    }

    /** The hub's code for the error; {@code rejected} when it did not accept the push. */
    public String code() {
        return code;
    }
}
