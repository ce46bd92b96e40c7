package io.agentruntime.error;

import java.time.Duration;

/** A session showed no sign of life within its limit (a half-open link, a frozen peer) and was given up. */
public final class LivenessTimeoutException extends ConnectionLostException {

    private static final long serialVersionUID = 1L;

    private final Duration limit;

    public LivenessTimeoutException(Duration limit) {
        super("No sign of life from the peer for " + limit + "; the connection was given up", 1006, "", null);
        this.limit = limit;
    }

    /** The limit that passed without any inbound frame. */
    public Duration limit() {
        return limit;
    }
}
