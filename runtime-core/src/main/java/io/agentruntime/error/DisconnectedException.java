package io.agentruntime.error;

/** {@code disconnect()} or {@code close()} was called while this operation was running, and won. */
public final class DisconnectedException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    public DisconnectedException(String what) {
        super(what + " was ended by disconnect()");
    }
}
