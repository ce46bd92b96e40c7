package io.agentruntime.testkit.octavus;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What an agent is asked to do.
 *
 * @param number which turn of the server it is, counted from 1
 * @param sessionId the session: the client's own, or one that the server made
 * @param triggerName the trigger; {@code null} when an execution goes on
 * @param input the trigger's input; missing when there was none
 * @param executionId the execution: a new one, or the one that goes on
 * @param toolResults the results it goes on with; missing for a trigger
 */
public record AgentTurn(
        long number,
        String sessionId,
        @Nullable String triggerName,
        JsonNode input,
        String executionId,
        JsonNode toolResults) {

    /** Whether it is a trigger, and not the rest of an execution. */
    public boolean isTrigger() {
        return triggerName != null;
    }

    /** A text of the input; empty when it has none of this name. */
    public String text(String name) {
        return input.path(name).asString("");
    }
}
