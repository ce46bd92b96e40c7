package io.agentruntime.error;

/** The server answered a request over the socket with a refusal. */
public final class RequestRefusedException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final String reason;

    /**
     * A refused request.
     *
     * @param what the request or its answer, e.g. {@code gateway.registerChannel}
     * @param reason why, as the server says it
     */
    public RequestRefusedException(String what, String reason) {
        super(what + " was refused: " + reason);
        this.reason = reason;
    }

    /** Why, as the server says it. */
    public String reason() {
        return reason;
    }
}
