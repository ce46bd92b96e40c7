package io.agentruntime.http;

import java.nio.charset.StandardCharsets;

/**
 * One event of an event stream.
 *
 * @param type the event's type; {@code message} when the server gave none
 * @param data the data as UTF-8, its lines joined by a line feed
 * @param lastEventId the last id the server gave, with this event or before it; empty when there was none
 */
public record ServerSentEvent(String type, byte[] data, String lastEventId) {

    /** The data as text. */
    public String text() {
        return new String(data, StandardCharsets.UTF_8);
    }

    /** Without the data, for it may be private. */
    @Override
    public String toString() {
        return "ServerSentEvent[" + type + ", " + data.length + " bytes]";
    }
}
