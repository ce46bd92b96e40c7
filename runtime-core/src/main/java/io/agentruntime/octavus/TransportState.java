package io.agentruntime.octavus;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a socket stands, in the protocol's words.
 *
 * @param status the word
 * @param cause with {@link Status#ERROR}, why; with {@link Status#CONNECTING} after a loss, what was lost
 */
public record TransportState(Status status, @Nullable Throwable cause) {

    /** The protocol's words. */
    public enum Status {
        /** Before the first connect, and after {@link OctavusSocketTransport#disconnect()}. */
        DISCONNECTED,
        /** An attempt is running, or waits for its turn after a loss. */
        CONNECTING,
        /** The socket is open, and the server knows the session where the client names it. */
        CONNECTED,
        /** The first attempt failed, or reconnecting was given up. {@code connect()}, or the next turn, starts again. */
        ERROR
    }

    static final TransportState DISCONNECTED = new TransportState(Status.DISCONNECTED, null);

    /** The word as the protocol writes it, e.g. {@code connected}. */
    public String name() {
        return status.name().toLowerCase(Locale.ROOT);
    }

    /** The error behind it. */
    public Optional<Throwable> error() {
        return Optional.ofNullable(cause);
    }
}
