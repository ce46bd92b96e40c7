package io.agentruntime.octavus;

import io.agentruntime.error.RuntimeClientException;
import java.time.Duration;
import java.util.Optional;

/**
 * The turn ended with an {@code error} event, or with {@code finish} for the reason {@code error}. {@link #isRetryable()} says
 * whether the same request may succeed later, {@link #retryAfter()} when.
 */
public final class AgentErrorException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final transient AgentError error;

    public AgentErrorException(AgentError error) {
        super("The agent's turn failed with " + error.type().wire() + ": " + error.message());
        this.error = error;
    }

    /** All that the event said. */
    public AgentError error() {
        return error;
    }

    /** The kind of error. */
    public AgentError.Type type() {
        return error.type();
    }

    /** Whether the same request may succeed later. */
    public boolean isRetryable() {
        return error.retryable();
    }

    @Override
    public Optional<Duration> retryAfter() {
        return error.retryAfter();
    }
}
