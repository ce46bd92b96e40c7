package io.agentruntime.spring;

import io.agentruntime.connection.ConnectionState;

/**
 * An application event: a runtime's connection has another state than before. For {@code @EventListener} methods, which are
 * called one after the other and off the event loop, so they may block; while one does, further events of this runtime wait.
 *
 * @param protocol the runtime's protocol, e.g. {@code nookplot}
 * @param name the runtime's name; {@code default} where there is only one
 * @param state the state it has now
 * @param runtime the runtime itself
 */
public record ConnectionStateChanged(String protocol, String name, ConnectionState state, Object runtime) {

    /** Which runtime, and its new state. */
    @Override
    public String toString() {
        return "ConnectionStateChanged[" + protocol + " '" + name + "' is " + state.name() + "]";
    }
}
