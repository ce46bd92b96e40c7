package io.agentruntime.error;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The server answered the WebSocket upgrade, or the request that opens a session, with another HTTP status than hoped for. */
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
        this("WebSocket upgrade to " + target, status, retryAfter);
    }

    /**
     * @param what what was refused, with host, port and path, never the query
     * @param status the HTTP status of the answer
     * @param retryAfter the answer's {@code Retry-After}, counted from the answer
     */
    public HandshakeException(String what, int status, @Nullable Duration retryAfter) {
        super(what + " was refused with HTTP status " + status);
        this.status = status;
        this.retryAfter = retryAfter;
    }

    /** The HTTP status that refused it. */
    public int status() {
        return status;
    }

    @Override
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
