package io.agentruntime.testkit;

import java.time.Instant;

/**
 * A WebSocket message or control frame that an {@link EmbeddedGateway} received.
 *
 * @param at the gateway's time
 * @param agentId whose socket it came over
 * @param socket the socket's number, counted from 1 over the gateway's life
 * @param kind what it was
 * @param type the {@code type} field of a JSON message; empty for anything else
 * @param text the message's text; for {@link Kind#CLOSE} the code and the reason, e.g. {@code 1000 client disconnect}
 */
public record RecordedFrame(Instant at, String agentId, int socket, Kind kind, String type, String text) {

    /** What can be received over a socket. */
    public enum Kind {
        /** A text message, whole. */
        TEXT,
        /** A binary message, whole; its text is the bytes read as UTF-8. */
        BINARY,
        /** A ping. */
        PING,
        /** The close frame. */
        CLOSE
    }
}
