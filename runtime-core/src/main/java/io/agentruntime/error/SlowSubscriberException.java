package io.agentruntime.error;

/**
 * A subscriber did not keep up: its buffer was full under the policy {@code ERROR}, or it held reading longer than
 * {@code maxReadPause} under {@code BACKPRESSURE}. Only this subscriber ends; it may subscribe again.
 */
public final class SlowSubscriberException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    public SlowSubscriberException(String message) {
        super(message);
    }
}
