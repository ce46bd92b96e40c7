package io.agentruntime.octavus;

import reactor.core.publisher.Mono;

/** A tool of the client that answers by itself. */
@FunctionalInterface
public interface ToolHandler {

    /**
     * Answers one call, with anything that Jackson can write, or with nothing. What it fails with is told to the agent, by its
     * message. Cancelled when the turn is stopped, and at {@code toolTimeout}.
     */
    Mono<?> call(PendingToolCall call);
}
