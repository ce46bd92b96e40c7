package io.agentruntime.octavus;

import io.agentruntime.error.RuntimeClientException;

/**
 * Tool results were not sent: the socket that asked for them is gone, and the server's session with it, so that nobody knows
 * of the execution any more. Begin a new turn.
 */
public final class ExecutionLostException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final String executionId;

    public ExecutionLostException(String executionId) {
        super("The results of execution " + executionId
                + " were not sent: the socket that asked for them is gone, and its session with it; begin a new turn");
        this.executionId = executionId;
    }

    /** The execution that is lost. */
    public String executionId() {
        return executionId;
    }
}
