package io.agentruntime.octavus;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a tool call. {@link PendingToolCall#result} and {@link PendingToolCall#failure} make one that fits its call.
 *
 * @param toolCallId the call
 * @param toolName the tool
 * @param result what the tool gave: anything that Jackson can write
 * @param error why there is no result
 * @param outputVariable echoed from the call
 * @param blockIndex echoed from the call
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ToolResult(
        String toolCallId,
        @Nullable String toolName,
        @Nullable Object result,
        @Nullable String error,
        @Nullable String outputVariable,
        @Nullable Integer blockIndex) {}
