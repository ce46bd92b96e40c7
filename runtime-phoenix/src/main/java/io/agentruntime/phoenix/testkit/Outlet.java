package io.agentruntime.phoenix.testkit;

/** Where a connection's messages leave: a WebSocket, or the buffer of a long-poll session. Within changes only. */
interface Outlet {

    void text(String message);

    void binary(byte[] message);

    /** Ends the transport; long-poll knows no code. */
    void close(int code, String reason);
}
