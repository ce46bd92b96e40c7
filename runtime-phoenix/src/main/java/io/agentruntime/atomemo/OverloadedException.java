package io.agentruntime.atomemo;

import io.agentruntime.error.RuntimeClientException;

/** The plugin does not take a request: too many are waiting, or it is shutting down. It was not run. */
public final class OverloadedException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    OverloadedException(String reason) {
        super("The request was not run: " + reason);
    }
}
