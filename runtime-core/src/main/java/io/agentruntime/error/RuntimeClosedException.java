package io.agentruntime.error;

/** The runtime was closed for good; build a new one. */
public final class RuntimeClosedException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    public RuntimeClosedException() {
        super("The runtime is closed; build a new one");
    }
}
