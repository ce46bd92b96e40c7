package io.agentruntime.phoenix;

import io.agentruntime.error.RuntimeClientException;

/** As many pushes as allowed wait for their channel to be joined; this one was not accepted. */
public final class PushBufferOverflowException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    PushBufferOverflowException(String topic, int capacity) {
        super("Channel " + topic + " is not joined yet, and " + capacity
                + " pushes wait for it already (option 'pushBuffer'); this one was not accepted");
    }
}
