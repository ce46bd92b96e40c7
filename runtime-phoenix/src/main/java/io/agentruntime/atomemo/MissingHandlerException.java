package io.agentruntime.atomemo;

import io.agentruntime.error.RuntimeClientException;

/** The hub asks for something that a tool or credential of this plugin does not do. */
public final class MissingHandlerException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    MissingHandlerException(String kind, String name, String handler) {
        super("The " + kind + " '" + name + "' has no handler: " + handler);
    }
}
