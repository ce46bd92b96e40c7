package io.agentruntime.testkit.server;

/**
 * The hold on the wire of one socket. None of these blocks, fails or calls back before it returns into the books; calls
 * keep their order.
 */
interface SocketPort {

    /** Sends a message in one frame, or in several when {@code parts} is more than 1. */
    void message(byte[] payload, boolean binary, int parts);

    /** Puts bytes on the wire as they are, outside any frame. In memory, where there are none, the connection breaks. */
    void raw(byte[] bytes);

    void ping();

    /** Whether pings are answered; they are unless told otherwise. */
    void answerPings(boolean on);

    /** Sends a close frame, and cuts the connection when the peer's answer came or did not come in time. */
    void close(int code, String reason);

    /** Cuts the connection without a close frame, behind what was sent before. */
    void cut();

    /** Goes deaf and dumb, or comes back: nothing is read or written any more, the connection stays. */
    void frozen(boolean on);
}
