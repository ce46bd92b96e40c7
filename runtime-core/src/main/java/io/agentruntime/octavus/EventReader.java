package io.agentruntime.octavus;

import io.agentruntime.error.DecodeException;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonName;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.json.JsonTexts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads stream events. An optional field that is not what it should be counts as absent; a required one makes a {@link
 * DecodeException}, but for {@code error}, which must end its turn whatever it looks like. What has no known type is kept as
 * {@link StreamEvent.Custom}.
 */
final class EventReader {

    private static final String WHAT = "stream event";
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    /** The fields of a delta, by their places: nearly all events are such. */
    private static final JsonName[] DELTA_FIELDS = JsonName.of("type", "id", "delta");

    private static final int TYPE = 0;
    private static final int ID = 1;
    private static final int DELTA = 2;
    private static final JsonName TEXT_DELTA = JsonName.of("text-delta");
    private static final JsonName REASONING_DELTA = JsonName.of("reasoning-delta");

    private final JsonCodec json;
    private JsonName lastId = JsonName.of(""); // seldom another one; of several threads each is right

    EventReader(JsonCodec json) {
        this.json = json;
    }

    /**
     * Reads one event. The buffer is neither changed nor retained.
     *
     * @throws DecodeException when it is not one valid JSON object, or lacks what its type requires
     */
    StreamEvent read(ByteBuf event) {
        byte[] bytes = ByteBufUtil.getBytes(event);
        JsonTexts texts;
        try {
            texts = json.texts(WHAT, bytes, DELTA_FIELDS);
        } catch (DecodeException e) {
            return read(json.payload(WHAT, bytes)); // says what is wrong with it
        }
        String delta = texts == null ? null : texts.text(DELTA);
        if (texts != null && delta != null && texts.has(ID)) {
            if (texts.is(TYPE, TEXT_DELTA)) {
                return new StreamEvent.TextDelta(id(texts), delta);
            } else if (texts.is(TYPE, REASONING_DELTA)) {
                return new StreamEvent.ReasoningDelta(id(texts), delta);
            }
        }
        return read(json.payload(WHAT, bytes));
    }

    private String id(JsonTexts delta) {
        JsonName id = lastId;
        if (!delta.is(ID, id)) {
            id = JsonName.of(String.valueOf(delta.text(ID)));
            lastId = id;
        }
        return id.toString();
    }

    StreamEvent read(JsonPayload event) {
        if (!event.isObject()) {
            throw new DecodeException(WHAT, "it is not an object", excerpt(event), null);
        }
        String type = event.string("type");
        return type == null ? new StreamEvent.Custom("", event) : read(type, new Fields(type, event, json));
    }

    private static StreamEvent read(String type, Fields in) {
        return switch (type) {
            case "start" -> new StreamEvent.Start(in.optional("messageId"), in.optional("executionId"));
            case "finish" ->
                new StreamEvent.Finish(FinishReason.of(in.required("finishReason")), in.optional("executionId"));
            case "error" -> new StreamEvent.ErrorEvent(error(in.event));
            case "text-start" -> new StreamEvent.TextStart(in.required("id"), in.optional("responseType"));
            case "text-delta" -> new StreamEvent.TextDelta(in.required("id"), in.required("delta"));
            case "text-end" -> new StreamEvent.TextEnd(in.required("id"));
            case "reasoning-start" -> new StreamEvent.ReasoningStart(in.required("id"));
            case "reasoning-delta" -> new StreamEvent.ReasoningDelta(in.required("id"), in.required("delta"));
            case "reasoning-end" -> new StreamEvent.ReasoningEnd(in.required("id"));
            case "source" -> source(in);
            case "block-start" -> blockStart(in);
            case "block-end" -> new StreamEvent.BlockEnd(in.required("blockId"), in.optional("summary"));
            case "resource-update" -> new StreamEvent.ResourceUpdate(in.required("name"), in.anything("value"));
            case "file-available" -> new StreamEvent.FileAvailable(file(in), in.optional("toolCallId"));
            default -> readTool(type, in);
        };
    }

    private static StreamEvent readTool(String type, Fields in) {
        return switch (type) {
            case "tool-input-start" ->
                new StreamEvent.ToolInputStart(
                        in.required("toolCallId"), in.required("toolName"), in.optional("title"));
            case "tool-input-delta" ->
                new StreamEvent.ToolInputDelta(in.required("toolCallId"), in.required("inputTextDelta"));
            case "tool-input-end" -> new StreamEvent.ToolInputEnd(in.required("toolCallId"));
            case "tool-input-available" ->
                new StreamEvent.ToolInputAvailable(
                        in.required("toolCallId"), in.required("toolName"), in.anything("input"));
            case "tool-output-available" ->
                new StreamEvent.ToolOutputAvailable(in.required("toolCallId"), in.anything("output"));
            case "tool-output-error" ->
                new StreamEvent.ToolOutputError(in.required("toolCallId"), in.required("error"));
            case "client-tool-request" ->
                new StreamEvent.ClientToolRequest(
                        in.required("executionId"),
                        in.each("toolCalls", EventReader::toolCall),
                        in.event.field("serverToolResults").isPresent()
                                ? in.each("serverToolResults", EventReader::toolResult)
                                : List.of());
            default -> new StreamEvent.Custom(type, in.event);
        };
    }

    private static StreamEvent source(Fields in) {
        return switch (String.valueOf(in.optional("sourceType"))) {
            case "url" -> new StreamEvent.SourceUrl(in.required("id"), in.required("url"), in.optional("title"));
            case "document" ->
                new StreamEvent.SourceDocument(
                        in.required("id"), in.required("mediaType"), in.required("title"), in.optional("filename"));
            default -> new StreamEvent.Custom("source", in.event);
        };
    }

    private static StreamEvent blockStart(Fields in) {
        JsonNode tree = in.event.tree();
        String thread = in.optional("thread");
        return new StreamEvent.BlockStart(
                in.required("blockId"),
                in.required("blockName"),
                in.required("blockType"),
                display(in.optional("display")),
                in.optional("description"),
                tree.path("outputToChat").asBoolean(true),
                "main".equals(thread) ? null : thread);
    }

    /** A display that is not known here is shown by its name, which every block has. */
    private static StreamEvent.BlockStart.Display display(@Nullable String wire) {
        for (StreamEvent.BlockStart.Display display : StreamEvent.BlockStart.Display.values()) {
            if (display.name().toLowerCase(Locale.ROOT).equals(wire)) {
                return display;
            }
        }
        return StreamEvent.BlockStart.Display.NAME;
    }

    private static FileReference file(Fields in) {
        JsonNode size = in.event.tree().path("size");
        return new FileReference(
                in.required("id"),
                in.required("mediaType"),
                in.required("url"),
                in.optional("filename"),
                size.isIntegralNumber() && size.canConvertToLong() ? size.asLong() : null);
    }

    private static PendingToolCall toolCall(Fields in) {
        return new PendingToolCall(
                in.required("toolCallId"),
                in.required("toolName"),
                in.value("args"),
                in.optional("source"),
                in.optional("outputVariable"),
                integer(in.event.tree().path("blockIndex")));
    }

    private static ToolResult toolResult(Fields in) {
        return new ToolResult(
                in.required("toolCallId"),
                in.optional("toolName"),
                in.event.field("result").orElse(null),
                in.optional("error"),
                in.optional("outputVariable"),
                integer(in.event.tree().path("blockIndex")));
    }

    static AgentError error(JsonPayload event) {
        JsonNode tree = event.tree();
        return new AgentError(
                AgentError.Type.of(event.string("errorType")),
                Optional.ofNullable(event.string("message")).orElse("no message"),
                AgentError.Source.of(event.string("source")),
                tree.path("retryable").asBoolean(false),
                seconds(tree.path("retryAfter")),
                event.string("code"),
                event.field("provider").flatMap(EventReader::provider).orElse(null),
                event.field("tool").flatMap(EventReader::tool).orElse(null));
    }

    private static Optional<AgentError.Provider> provider(JsonPayload in) {
        String name = in.string("name");
        return name == null
                ? Optional.empty()
                : Optional.of(new AgentError.Provider(
                        name,
                        in.string("model"),
                        integer(in.tree().path("statusCode")),
                        in.string("errorType"),
                        in.string("requestId")));
    }

    private static Optional<AgentError.Tool> tool(JsonPayload in) {
        String name = in.string("name");
        return name == null ? Optional.empty() : Optional.of(new AgentError.Tool(name, in.string("callId")));
    }

    private static @Nullable Integer integer(JsonNode number) {
        return number.isIntegralNumber() && number.canConvertToInt() ? number.asInt() : null;
    }

    /** Seconds, perhaps with a fraction; what no clock could wait for is no delay. */
    private static @Nullable Duration seconds(JsonNode number) {
        if (!number.isNumber()) {
            return null;
        }
        double seconds = number.asDouble();
        return seconds >= 0 && seconds <= 1e9
                ? Duration.ofMillis(
                        BigDecimal.valueOf(seconds).movePointRight(3).longValue())
                : null;
    }

    private static String excerpt(JsonPayload event) {
        String text = event.text();
        return text.substring(0, Math.min(text.length(), 200));
    }

    /** The fields of one object. */
    private record Fields(String type, JsonPayload event, JsonCodec json) {

        @Nullable
        String optional(String name) {
            return event.string(name);
        }

        String required(String name) {
            String value = event.string(name);
            if (value == null) {
                throw missing(name, "is no string");
            }
            return value;
        }

        JsonPayload value(String name) {
            return event.field(name).orElseThrow(() -> missing(name, "is missing"));
        }

        /** A tool that gives nothing gives {@code undefined} in JavaScript, for which JSON has no word. */
        JsonPayload anything(String name) {
            return event.field(name).orElseGet(() -> json.payload(WHAT, NULL));
        }

        <T> List<T> each(String name, Function<Fields, T> read) {
            JsonPayload array = value(name);
            if (!array.isArray()) {
                throw missing(name, "is no array");
            }
            List<T> all = new ArrayList<>();
            for (JsonNode element : array.tree()) {
                all.add(read.apply(new Fields(type + "." + name, json.payload(WHAT, json.encode(element)), json)));
            }
            return List.copyOf(all);
        }

        DecodeException missing(String name, String problem) {
            return new DecodeException(type + " event", "field '" + name + "' " + problem, excerpt(event), null);
        }
    }
}
