package io.agentruntime.phoenix;

/** How a socket reaches its server. */
public enum PhoenixTransport {

    /** WebSocket only. The default. */
    WEBSOCKET,

    /** HTTP long-polling only. */
    LONGPOLL,

    /**
     * WebSocket, and long-polling where that does not open, or answers no ping, within {@code fallbackAfter}. A socket whose
     * WebSocket has never worked remembers that and does not try it again.
     */
    WEBSOCKET_THEN_LONGPOLL
}
