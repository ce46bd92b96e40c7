package io.agentruntime.testkit.octavus;

import tools.jackson.databind.JsonNode;

/**
 * What a client sent.
 *
 * @param connection which connection it came over, counted from 1; 0 for HTTP
 * @param message the message
 */
public record ReceivedMessage(int connection, JsonNode message) {

    /** {@code init}, {@code trigger}, {@code continue} or {@code stop}; empty for anything else. */
    public String type() {
        return message.path("type").asString("");
    }

    /** Without its content. */
    @Override
    public String toString() {
        return "ReceivedMessage[" + connection + ", " + type() + "]";
    }
}
