package io.agentruntime.atomemo;

import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.RuntimeClientException;

/** The plugin hub refuses the connection. Outside production the debug key is missing or has expired. */
public final class HubRefusedException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private static final String HINT = ". This is usually because the debug API key is missing or has expired: run"
            + " 'atomemo plugin refresh-key' to get a new one, and set it as HUB_DEBUG_API_KEY";

    private final int status;

    HubRefusedException(HandshakeException refusal, boolean keyed) {
        super(
                "The plugin hub refuses the connection with HTTP status " + refusal.status() + (keyed ? HINT : ""),
                refusal);
        this.status = refusal.status();
    }

    /** The HTTP status that came in place of 101. */
    public int status() {
        return status;
    }
}
