package io.agentruntime.error;

/**
 * A request that changes something was sent and its answer was lost. The server may or may not have acted on it, so it
 * is not sent again; look before you repeat it.
 */
public final class OutcomeUnknownException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    public OutcomeUnknownException(String method, String path, Throwable cause) {
        super(method + " " + path + ": the answer was lost; the server may have acted on the request", cause);
    }
}
