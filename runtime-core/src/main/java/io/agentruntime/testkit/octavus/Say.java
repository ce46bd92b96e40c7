package io.agentruntime.testkit.octavus;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Writes the platform's events. */
public final class Say {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Say() {}

    /** An event of any type, with names and values in turn; a {@code null} value leaves its name out. */
    public static String event(String type, @Nullable Object... namesAndValues) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("type", type);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            Object value = namesAndValues[i + 1];
            if (value != null) {
                event.put(String.valueOf(namesAndValues[i]), value);
            }
        }
        return MAPPER.writeValueAsString(event);
    }

    /** A turn begins. */
    public static String start(AgentTurn turn) {
        return event("start", "messageId", "message-" + turn.number(), "executionId", turn.executionId());
    }

    /** A turn is over, e.g. with {@code stop}. */
    public static String finish(AgentTurn turn, String reason) {
        return event("finish", "finishReason", reason, "executionId", turn.executionId());
    }

    /** A turn failed. */
    public static String error(String errorType, String message, String source, boolean retryable) {
        return event("error", "errorType", errorType, "message", message, "source", source, "retryable", retryable);
    }

    /** More of a text. */
    public static String delta(String id, String delta) {
        return event("text-delta", "id", id, "delta", delta);
    }

    /** A whole text. */
    public static List<String> text(String id, String... deltas) {
        String[] events = new String[deltas.length + 2];
        events[0] = event("text-start", "id", id);
        for (int i = 0; i < deltas.length; i++) {
            events[i + 1] = delta(id, deltas[i]);
        }
        events[deltas.length + 1] = event("text-end", "id", id);
        return List.of(events);
    }

    /** A call of a tool, with its arguments complete. */
    public static List<String> toolCall(String callId, String toolName, Map<String, ?> input) {
        String json = MAPPER.writeValueAsString(input);
        int half = json.length() / 2;
        return List.of(
                event("tool-input-start", "toolCallId", callId, "toolName", toolName),
                event("tool-input-delta", "toolCallId", callId, "inputTextDelta", json.substring(0, half)),
                event("tool-input-delta", "toolCallId", callId, "inputTextDelta", json.substring(half)),
                event("tool-input-end", "toolCallId", callId),
                event("tool-input-available", "toolCallId", callId, "toolName", toolName, "input", input));
    }

    /** Asks the client for the result of one call, and ends the turn's first half. */
    public static List<String> clientTool(AgentTurn turn, String callId, String toolName, Map<String, ?> args) {
        Map<String, Object> call = new LinkedHashMap<>();
        call.put("toolCallId", callId);
        call.put("toolName", toolName);
        call.put("args", args);
        call.put("source", "llm");
        return List.of(
                event("client-tool-request", "executionId", turn.executionId(), "toolCalls", List.of(call)),
                finish(turn, "client-tool-calls"));
    }
}
