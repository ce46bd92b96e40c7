package io.agentruntime.phoenix.testkit;

import org.jspecify.annotations.Nullable;

/**
 * Whether a client gets its socket.
 *
 * @param accepted false for HTTP 403
 * @param id the socket's id, for {@link EmbeddedPhoenixServer#disconnect}; {@code null} for none
 */
public record ConnectReply(boolean accepted, @Nullable String id) {

    /** A socket without an id. */
    public static ConnectReply accept() {
        return new ConnectReply(true, null);
    }

    /** A socket with an id, e.g. {@code users_socket:7}; several sockets may share one. */
    public static ConnectReply accept(String id) {
        return new ConnectReply(true, id);
    }

    /** No socket. */
    public static ConnectReply refuse() {
        return new ConnectReply(false, null);
    }
}
