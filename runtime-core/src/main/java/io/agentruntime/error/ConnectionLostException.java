package io.agentruntime.error;

import org.jspecify.annotations.Nullable;

/**
 * A session ended although nobody on this side wanted it to: a close frame, a broken connection, or silence
 * ({@link LivenessTimeoutException}).
 */
public class ConnectionLostException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final int code;
    private final String reason;

    /**
     * @param code the WebSocket close code; 1006 when the connection broke without a close frame (RFC 6455, 7.4.1)
     * @param reason the close reason, empty when there was none
     */
    public ConnectionLostException(int code, String reason, @Nullable Throwable cause) {
        this(
                "Connection lost, close code " + code + (reason.isEmpty() ? "" : " (" + reason + ")"),
                code,
                reason,
                cause);
    }

    ConnectionLostException(String message, int code, String reason, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.reason = reason;
    }

    /** The WebSocket close code; 1006 when no close frame came. */
    public int code() {
        return code;
    }

    /** The close reason as the peer gave it; empty when there was none. */
    public String reason() {
        return reason;
    }
}
