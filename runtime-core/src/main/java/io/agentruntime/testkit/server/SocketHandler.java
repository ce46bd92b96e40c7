package io.agentruntime.testkit.server;

/** What the protocol does with one WebSocket. Every method is called inside a change, in the order of the wire. */
public interface SocketHandler {

    /** A whole message arrived. */
    void received(byte[] payload, boolean binary);

    /** A ping arrived; it is answered already, unless a fault switch has it otherwise. */
    default void pinged() {}

    /** The answer to a {@link ServerSocket#ping()} arrived. In memory a ping that crosses it is taken for it. */
    default void ponged() {}

    /** The peer sent a close frame. */
    default void closing(int code, String reason) {}

    /** The connection is gone. Called once, however it ended. */
    default void closed() {}
}
