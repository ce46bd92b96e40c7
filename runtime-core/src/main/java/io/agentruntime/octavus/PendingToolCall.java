package io.agentruntime.octavus;

import io.agentruntime.json.JsonPayload;
import org.jspecify.annotations.Nullable;

/**
 * A call of a tool that the client is to answer.
 *
 * @param toolCallId the call
 * @param toolName the tool
 * @param args its arguments, an object
 * @param source who calls: {@code llm} or {@code block}; {@code null} when the event does not say
 * @param outputVariable echoed in the result
 * @param blockIndex echoed in the result
 */
public record PendingToolCall(
        String toolCallId,
        String toolName,
        JsonPayload args,
        @Nullable String source,
        @Nullable String outputVariable,
        @Nullable Integer blockIndex) {

    /** The result of this call: anything that Jackson can write, {@code null} for nothing. */
    public ToolResult result(@Nullable Object value) {
        return new ToolResult(toolCallId, toolName, value, null, outputVariable, blockIndex);
    }

    /** This call failed, and the agent shall know why. */
    public ToolResult failure(String error) {
        return new ToolResult(toolCallId, toolName, null, error, outputVariable, blockIndex);
    }
}
