package io.agentruntime.transport.sockjs;

import io.agentruntime.transport.Pipe;

/** A way to carry a SockJS session. */
public enum SockJsTransport {

    /** A WebSocket with SockJS' framing. */
    WEBSOCKET("websocket", "/websocket"),

    /** One long answer after the other to {@code POST .../xhr_streaming}; messages go out by {@code POST .../xhr_send}. */
    XHR_STREAMING("xhr-streaming", "/xhr_streaming"),

    /** As {@link #XHR_STREAMING}, with answers to {@code GET .../eventsource}. */
    EVENTSOURCE("eventsource", "/eventsource"),

    /** One short answer after the other to {@code POST .../xhr}; messages go out by {@code POST .../xhr_send}. */
    XHR_POLLING("xhr-polling", "/xhr"),

    /**
     * A plain WebSocket at {@code /websocket} of the base address, without framing and session. The {@link Pipe} is the
     * one of a WebSocket, binary messages included. {@code /info} is not asked for when this is the only transport.
     */
    RAW_WEBSOCKET("websocket-raw", "/websocket");

    private final String label;
    private final String path;

    SockJsTransport(String label, String path) {
        this.label = label;
        this.path = path;
    }

    /** The path behind server and session. */
    String path() {
        return path;
    }

    boolean isWebSocket() {
        return this == WEBSOCKET || this == RAW_WEBSOCKET;
    }

    /** The name that SockJS has for it. */
    @Override
    public String toString() {
        return label;
    }
}
