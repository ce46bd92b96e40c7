package io.agentruntime.connection;

/**
 * The status with which a WebSocket was closed (RFC 6455, section 7.4).
 *
 * @param code the close code; {@link #ABNORMAL} when no close frame came
 * @param reason the reason as the closing side gave it, empty when there was none
 */
public record CloseStatus(int code, String reason) {

    /** 1000: closed on purpose. */
    public static final int NORMAL = 1000;

    /** 1001: the server goes away, or the client leaves. */
    public static final int GOING_AWAY = 1001;

    /** 1005: a close frame without a code; never on the wire. */
    public static final int NO_STATUS = 1005;

    /** 1006: broken without a close frame; never on the wire. */
    public static final int ABNORMAL = 1006;

    /** 1008: the peer's policy forbids to go on. */
    public static final int POLICY_VIOLATION = 1008;

    /** 1009: a message was too big. */
    public static final int MESSAGE_TOO_BIG = 1009;

    /** The status of a connection that broke without a close frame. */
    public static CloseStatus abnormal() {
        return new CloseStatus(ABNORMAL, "");
    }
}
