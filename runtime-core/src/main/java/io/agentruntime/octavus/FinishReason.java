package io.agentruntime.octavus;

/** Why a turn finished. */
public enum FinishReason {

    /** The agent said all it had to say. */
    STOP("stop"),

    /** The agent stopped for tools of the server. */
    TOOL_CALLS("tool-calls"),

    /** The agent waits for tools of the client; {@link OctavusTransport#continueWith} goes on. */
    CLIENT_TOOL_CALLS("client-tool-calls"),

    /** The answer was cut at the model's limit. */
    LENGTH("length"),

    /** The answer was cut, or withheld, by a content filter. */
    CONTENT_FILTER("content-filter"),

    /** The turn failed, and no error event said how. */
    ERROR("error"),

    /** Another reason, or one that is not known here. */
    OTHER("other");

    private final String wire;

    FinishReason(String wire) {
        this.wire = wire;
    }

    /** The protocol's own word. */
    public String wire() {
        return wire;
    }

    static FinishReason of(String wire) {
        for (FinishReason reason : values()) {
            if (reason.wire.equals(wire)) {
                return reason;
            }
        }
        return OTHER;
    }
}
