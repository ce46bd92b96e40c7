package io.agentruntime.phoenix;

/**
 * The server's reply to a push.
 *
 * @param status {@code ok}, {@code error}, or any other word of the channel's
 * @param response what the channel answers; may be {@code null} in JSON
 */
public record Reply(String status, Payload response) {

    /** Whether the status is {@code ok}. */
    public boolean isOk() {
        return status.equals("ok");
    }

    /** The status where it is one of the protocol's own, {@code other} where it is a word of the channel's: few of them. */
    String outcome() {
        return isOk() || status.equals("error") ? status : "other";
    }
}
