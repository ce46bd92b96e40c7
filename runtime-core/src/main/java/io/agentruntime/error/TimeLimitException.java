package io.agentruntime.error;

import java.time.Duration;

/** One step took longer than its limit allows and was given up. */
public final class TimeLimitException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final String step;
    private final Duration limit;

    /** @param step what took too long, e.g. {@code WebSocket handshake} or {@code GET /v1/channels} */
    public TimeLimitException(String step, Duration limit) {
        super(step + " did not finish within " + limit);
        this.step = step;
        this.limit = limit;
    }

    /** The step that took too long. */
    public String step() {
        return step;
    }

    /** The limit that passed. */
    public Duration limit() {
        return limit;
    }
}
