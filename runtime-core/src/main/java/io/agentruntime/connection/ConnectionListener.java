package io.agentruntime.connection;

/**
 * Told of every state before the subscribers of {@link ConnectionEngine#state()} are, in order and one call at a time, so
 * that a protocol can act before anybody sees the state. Must not block.
 */
@FunctionalInterface
public interface ConnectionListener {

    void onState(ConnectionState state);
}
