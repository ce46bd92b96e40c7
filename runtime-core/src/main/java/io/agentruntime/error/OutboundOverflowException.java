package io.agentruntime.error;

/** The queue of frames waiting to be sent is full; this frame was not accepted. Wait for earlier sends to complete. */
public final class OutboundOverflowException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    public OutboundOverflowException(long limit) {
        super("The outbound queue holds " + limit + " bytes already; the frame was not accepted");
    }
}
