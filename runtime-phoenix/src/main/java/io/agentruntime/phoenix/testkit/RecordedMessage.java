package io.agentruntime.phoenix.testkit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message that an {@link EmbeddedPhoenixServer} received over any transport.
 *
 * @param at the server's time
 * @param socket the socket's number, counted from 1 over the server's life
 * @param joinRef its {@code join_ref}
 * @param ref its {@code ref}
 * @param topic its topic; empty for a frame that could not be read
 * @param event its event; empty for a frame that could not be read
 * @param payload the payload as JSON, the values of secret fields replaced by {@code ***}; for a binary one its length,
 *     e.g. {@code <16 bytes>}, and for a frame that could not be read the same
 */
public record RecordedMessage(
        Instant at,
        int socket,
        @Nullable String joinRef,
        @Nullable String ref,
        String topic,
        String event,
        String payload) {}
