package io.agentruntime.error;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The root of every error of this library. Unchecked, so that it travels through reactive pipelines as it is.
 *
 * <p>Subclasses carry the facts as accessors; the message says what happened and, where it is known, what to do about
 * it. No message contains a credential.
 */
public class RuntimeClientException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public RuntimeClientException(String message) {
        super(message);
    }

    public RuntimeClientException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * What went wrong, in words that may be shown: the message of an error of this library, of another only its type, for
     * nobody knows what its message gives away.
     */
    public static String describe(Throwable error) {
        String message = error instanceof RuntimeClientException ? error.getMessage() : null;
        return message == null ? error.getClass().getSimpleName() : message;
    }

    /** The earliest moment at which the server wants to be asked again, counted from the failure; empty when it said nothing. */
    public Optional<Duration> retryAfter() {
        return Optional.empty();
    }
}
