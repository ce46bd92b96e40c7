package io.agentruntime.error;

/** A frame or message is larger than the limit; inbound, it was not read into memory. */
public final class FrameTooLargeException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final long limit;

    /** @param option the option that raises the limit */
    public FrameTooLargeException(String what, long limit, String option) {
        super(what + " is larger than " + limit + " bytes (option '" + option + "')");
        this.limit = limit;
    }

    /** The limit in bytes. */
    public long limit() {
        return limit;
    }
}
