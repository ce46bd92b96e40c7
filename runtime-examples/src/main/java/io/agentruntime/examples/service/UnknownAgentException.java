package io.agentruntime.examples.service;

/** There is no such agent in the fleet, or no key for it. */
public final class UnknownAgentException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UnknownAgentException(String message) {
        super(message);
    }
}
