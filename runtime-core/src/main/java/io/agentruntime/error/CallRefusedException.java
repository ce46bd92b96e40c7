package io.agentruntime.error;

/** A circuit breaker or rate limiter that the caller plugged in did not let a call through; it was not sent. */
public final class CallRefusedException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    /**
     * A call that was not sent.
     *
     * @param call the call, e.g. {@code GET /v1/channels}
     * @param reason who refused it and why
     */
    public CallRefusedException(String call, String reason) {
        super(call + " was not sent: " + reason);
    }
}
