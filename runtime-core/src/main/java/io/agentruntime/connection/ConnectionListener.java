package io.agentruntime.connection;

/**
 * The protocol's own view on its connection: told before anybody else, in order and one call at a time. Must not block.
 *
 * @param <S> the protocol's session
 */
public interface ConnectionListener<S extends Session> {

    /** The state has changed; subscribers of {@link ConnectionEngine#state()} see it after this call. */
    void onState(ConnectionState state);

    /** A session is open; called right after the state {@code Connected}, before anybody who waits for the session gets it. */
    void onSession(S session);

    /** Something has happened between the states; subscribers of {@link ConnectionEngine#events()} see it after this call. */
    default void onEvent(ConnectionEvent event) {}
}
