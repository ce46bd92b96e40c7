package io.agentruntime.error;

/** Reconnecting was given up: as many retries as the policy allows have failed. The cause is the last failure. */
public final class RetriesExhaustedException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final int retries;

    public RetriesExhaustedException(int retries, Throwable cause) {
        super("max retries exceeded (" + retries + "); the last failure: " + describe(cause), cause);
        this.retries = retries;
    }

    /** How many retries were made. */
    public int retries() {
        return retries;
    }
}
