package io.agentruntime.testkit.codebolt;

import java.time.Instant;
import tools.jackson.databind.JsonNode;

/**
 * A message that an {@link EmbeddedCodeboltServer} received.
 *
 * @param at the server's time
 * @param socket the socket's number, counted from 1 over the server's life
 * @param type its {@code type}; empty when it has none
 * @param json the message; a missing node when it is no JSON
 */
public record ReceivedMessage(Instant at, int socket, String type, JsonNode json) {}
