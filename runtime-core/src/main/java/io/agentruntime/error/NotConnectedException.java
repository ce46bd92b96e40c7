package io.agentruntime.error;

/** Something was to be sent while there is no session. Connect first, or allow a bounded wait where the option exists. */
public final class NotConnectedException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final String state;

    /** @param state the name of the connection state at that moment, e.g. {@code reconnecting} */
    public NotConnectedException(String state) {
        super("Not connected (state: " + state + "); nothing was sent");
        this.state = state;
    }

    /** The name of the connection state when sending was refused. */
    public String state() {
        return state;
    }
}
