package io.agentruntime.octavus;

import io.agentruntime.error.RuntimeClientException;

/** A tool call was answered that waits for nobody: it was answered before, cancelled, or its turn is over. Nothing was sent. */
public final class ToolCallNotPendingException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private final String toolCallId;

    public ToolCallNotPendingException(String toolCallId) {
        super("Tool call " + toolCallId + " does not wait for an answer; nothing was sent");
        this.toolCallId = toolCallId;
    }

    /** The call. */
    public String toolCallId() {
        return toolCallId;
    }
}
