package io.agentruntime.atomemo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one request, written already, so that it is the same each time it is pushed.
 *
 * @param requestId the request
 * @param event what it is pushed as
 * @param payload what is pushed
 */
record Answer(String requestId, String event, JsonPayload payload) {

    private static final String RESPONSE = "_response";
    private static final String ERROR = "_error";
    private static final String UNSUPPORTED = "unsupported_event";
    private static final int LONGEST_CHAIN = 5;

    /** What a handler has answered. Errors: {@link io.agentruntime.error.EncodeException} when it cannot be written. */
    static Answer response(String requestId, String event, @Nullable Object data) {
        Map<String, Object> fields = fields(requestId);
        fields.put("data", data == null ? written("null".getBytes(UTF_8)) : json(data));
        return of(requestId, event + RESPONSE, fields);
    }

    /** Why there is no answer. Stack traces leave the process only when {@code traced}. */
    static Answer error(String requestId, String event, Throwable error, boolean traced) {
        Map<String, Object> fields = fields(requestId);
        fields.put("error", description(error, traced, LONGEST_CHAIN));
        fields.put("message", message(error));
        return of(requestId, event + ERROR, fields);
    }

    /** The hub asks for something that no plugin of this version knows. */
    static Answer unsupported(String requestId, String event) {
        Map<String, Object> fields = fields(requestId);
        fields.put("event", event);
        fields.put(
                "error",
                Map.of(
                        "code",
                        "sdk:method_not_supported",
                        "message",
                        "This plugin does not support the event " + event));
        return of(requestId, UNSUPPORTED, fields);
    }

    /** What is told in place of this one, which is too large to be told; the same when there is nothing smaller to say. */
    Answer tooLarge(String problem) {
        if (!event.endsWith(RESPONSE) && !event.endsWith(ERROR)) {
            return this;
        }
        String asked = event.substring(0, event.lastIndexOf('_'));
        Answer smaller = error(requestId, asked, new AnswerTooLargeException(size(), problem), false);
        return smaller.size() < size() ? smaller : this;
    }

    /** How many bytes it has. */
    int size() {
        return payload.size();
    }

    private static Answer of(String requestId, String event, Map<String, Object> fields) {
        return new Answer(requestId, event, json(fields));
    }

    private static Map<String, Object> fields(String requestId) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("request_id", requestId);
        return fields;
    }

    private static JsonPayload json(Object value) {
        return written(JsonCodec.create().encode(value));
    }

    private static JsonPayload written(byte[] json) {
        return JsonCodec.create().payload("answer", json);
    }

    private static Map<String, Object> description(Throwable error, boolean traced, int left) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", error.getClass().getSimpleName());
        fields.put("message", message(error));
        if (traced) {
            fields.put("stack", stack(error));
        }
        Throwable cause = error.getCause();
        if (cause != null && left > 1) {
            fields.put("cause", description(cause, false, left - 1));
        }
        return fields;
    }

    private static String stack(Throwable error) {
        StringJoiner lines = new StringJoiner("\n    at ");
        lines.add(error.toString());
        for (StackTraceElement element : error.getStackTrace()) {
            lines.add(element.toString());
        }
        return lines.toString();
    }

    private static String message(Throwable error) {
        return Objects.requireNonNullElse(error.getMessage(), error.getClass().getSimpleName());
    }

    /** Without what it says. */
    @Override
    public String toString() {
        return event + " " + requestId;
    }
}
