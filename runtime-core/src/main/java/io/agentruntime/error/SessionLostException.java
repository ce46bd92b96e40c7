package io.agentruntime.error;

/**
 * The server no longer knows a session that this side was using: it was restarted, gave the session up, or a balancer led a
 * request to another server. What was on its way in either direction may be lost.
 */
public final class SessionLostException extends ConnectionLostException {

    private static final long serialVersionUID = 1L;

    /** @param sign how it showed */
    public SessionLostException(String sign) {
        super("The server lost the session: " + sign, 1006, "", null);
    }
}
