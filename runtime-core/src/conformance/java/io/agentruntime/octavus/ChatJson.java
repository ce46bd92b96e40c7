package io.agentruntime.octavus;

import io.agentruntime.json.JsonPayload;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Messages of a chat as the platform's own client has them, without what differs from run to run: ids and times. */
final class ChatJson {

    private ChatJson() {}

    static JsonNode of(List<ChatMessage> messages) {
        return JsonMapper.shared()
                .valueToTree(messages.stream()
                        .map(message -> json(
                                "role", message.role(),
                                "status", message.status(),
                                "parts",
                                        message.parts().stream()
                                                .map(ChatJson::part)
                                                .toList()))
                        .toList());
    }

    private static Map<String, Object> part(MessagePart part) {
        Map<String, Object> json = content(part);
        part.thread().ifPresent(thread -> json.put("thread", thread));
        return json;
    }

    private static Map<String, Object> content(MessagePart part) {
        if (part instanceof MessagePart.Text text) {
            return json("type", "text", "text", text.text(), "status", text.status());
        } else if (part instanceof MessagePart.Reasoning text) {
            return json("type", "reasoning", "text", text.text(), "status", text.status());
        } else if (part instanceof MessagePart.Source source) {
            return json(
                    "type", "source",
                    "sourceType", source.url() == null ? "document" : "url",
                    "id", source.id(),
                    "url", source.url(),
                    "mediaType", source.mediaType(),
                    "title", source.title(),
                    "filename", source.filename());
        } else if (part instanceof MessagePart.File file) {
            return json(
                    "type", "file",
                    "id", file.file().id(),
                    "mediaType", file.file().mediaType(),
                    "url", file.file().url(),
                    "filename", file.file().filename(),
                    "size", file.file().size(),
                    "toolCallId", file.toolCallId());
        } else if (part instanceof MessagePart.Operation operation) {
            return json(
                    "type", "operation",
                    "operationId", operation.operationId(),
                    "name", operation.name(),
                    "operationType", operation.operationType(),
                    "status", operation.status());
        } else if (part instanceof ObjectPart object) {
            return json(
                    "type", "object",
                    "id", object.id(),
                    "typeName", object.typeName(),
                    "partial", object.partial().orElse(null),
                    "object", object.object().map(JsonPayload::tree).orElse(null),
                    "status", object.status());
        }
        ToolCallPart call = (ToolCallPart) part;
        return json(
                "type", "tool-call",
                "toolCallId", call.toolCallId(),
                "toolName", call.toolName(),
                // Theirs leaves out the name where there is no title.
                "displayName", call.displayName().equals(call.toolName()) ? null : call.displayName(),
                "args", call.args().map(JsonPayload::tree).orElse(null),
                "status", call.status(),
                "result",
                        call.result()
                                .map(result -> result instanceof JsonPayload json ? json.tree() : result)
                                .orElse(null),
                "error", call.error().orElse(null));
    }

    private static Map<String, Object> json(@Nullable Object... namesAndValues) {
        Map<String, Object> json = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            Object value = namesAndValues[i + 1];
            if (value != null) {
                Object wire = value instanceof Enum<?> word ? word.name().toLowerCase(Locale.ROOT) : value;
                json.put(String.valueOf(namesAndValues[i]), wire);
            }
        }
        return json;
    }
}
