package io.agentruntime.error;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The server answered the WebSocket upgrade with an HTTP status other than 101. */
public final class HandshakeException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final @Nullable Duration retryAfter;

    /**
     * @param status the HTTP status of the answer
     * @param target host, port and path, never the query
     * @param retryAfter the answer's {@code Retry-After}, counted from the answer
     */
    public HandshakeException(int status, String target, @Nullable Duration retryAfter) {
        super("WebSocket upgrade to " + target + " was refused with HTTP status " + status);
        this.status = status;
        this.retryAfter = retryAfter;
    }

    /** The HTTP status that refused the upgrade. */
    public int status() {
        return status;
    }

    @Override
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
