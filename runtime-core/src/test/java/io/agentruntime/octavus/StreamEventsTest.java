package io.agentruntime.octavus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.DecodeException;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.octavus.StreamEvent.BlockStart.Display;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each event of the protocol, whole, at its least, and broken. */
class StreamEventsTest {

    private final EventReader reader = new EventReader(JsonCodec.create());

    private StreamEvent read(String json) {
        return reader.read(Unpooled.copiedBuffer(json, StandardCharsets.UTF_8));
    }

    @Test
    void start() {
        assertThat(read("{'type':'start','messageId':'m','executionId':'e'}".replace('\'', '"')))
                .isEqualTo(new StreamEvent.Start("m", "e"));
        assertThat(read("{\"type\":\"start\"}")).isEqualTo(new StreamEvent.Start(null, null));
    }

    @ParameterizedTest
    @EnumSource(FinishReason.class)
    void finishForEachReason(FinishReason reason) {
        assertThat(read("{\"type\":\"finish\",\"finishReason\":\"" + reason.wire() + "\",\"executionId\":\"e\"}"))
                .isEqualTo(new StreamEvent.Finish(reason, "e"));
    }

    @Test
    void aFinishForAnUnknownReasonIsForAnother() {
        assertThat(read("{\"type\":\"finish\",\"finishReason\":\"tired\"}"))
                .isEqualTo(new StreamEvent.Finish(FinishReason.OTHER, null));
    }

    @Test
    void errorWithEverything() {
        StreamEvent event = read(
                "{\"type\":\"error\",\"errorType\":\"rate_limit_error\",\"message\":\"slow down\","
                        + "\"source\":\"provider\",\"retryable\":true,\"retryAfter\":1.5,\"code\":\"R1\",\"provider\":{\"name\":\"p\","
                        + "\"model\":\"m\",\"statusCode\":429,\"errorType\":\"x\",\"requestId\":\"q\"},\"tool\":{\"name\":\"t\",\"callId\":\"c\"}}");

        assertThat(event)
                .isEqualTo(new StreamEvent.ErrorEvent(new AgentError(
                        AgentError.Type.RATE_LIMIT_ERROR,
                        "slow down",
                        AgentError.Source.PROVIDER,
                        true,
                        Duration.ofMillis(1500),
                        "R1",
                        new AgentError.Provider("p", "m", 429, "x", "q"),
                        new AgentError.Tool("t", "c"))));
    }

    @ParameterizedTest
    @EnumSource(AgentError.Type.class)
    void errorOfEachType(AgentError.Type type) {
        assertThat(error("{\"type\":\"error\",\"errorType\":\"" + type.wire()
                                + "\",\"message\":\"m\",\"source\":\"tool\",\"retryable\":false}")
                        .type())
                .isEqualTo(type);
    }

    @ParameterizedTest
    @EnumSource(AgentError.Source.class)
    void errorFromEachSource(AgentError.Source source) {
        assertThat(error("{\"type\":\"error\",\"source\":\"" + source.wire() + "\"}")
                        .source())
                .isEqualTo(source);
    }

    /** It must end its turn whatever it looks like. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"error\"}",
                "{\"type\":\"error\",\"errorType\":7,\"message\":[],\"retryable\":\"?\",\"retryAfter\":-1,\"provider\":3,\"tool\":{}}",
                "{\"type\":\"error\",\"errorType\":\"new_kind\",\"retryAfter\":1e300,\"provider\":{\"name\":1}}"
            })
    void anErrorIsReadWhateverItLacks(String json) {
        AgentError error = error(json);

        assertThat(error.type()).isEqualTo(AgentError.Type.UNKNOWN_ERROR);
        assertThat(error.retryAfter()).isEmpty();
        assertThat(error.provider()).isNull();
        assertThat(error.tool()).isNull();
    }

    private AgentError error(String json) {
        return ((StreamEvent.ErrorEvent) read(json)).error();
    }

    @Test
    void texts() {
        assertThat(read("{\"type\":\"text-start\",\"id\":\"t\",\"responseType\":\"Booking\"}"))
                .isEqualTo(new StreamEvent.TextStart("t", "Booking"));
        assertThat(read("{\"type\":\"text-delta\",\"id\":\"t\",\"delta\":\"ä\\n\"}"))
                .isEqualTo(new StreamEvent.TextDelta("t", "ä\n"));
        assertThat(read("{\"delta\":\"x\",\"id\":\"t\",\"more\":{},\"type\":\"text-delta\"}"))
                .isEqualTo(new StreamEvent.TextDelta("t", "x"));
        assertThat(read("{\"type\":\"text-end\",\"id\":\"t\"}")).isEqualTo(new StreamEvent.TextEnd("t"));
    }

    @Test
    void reasoning() {
        assertThat(read("{\"type\":\"reasoning-start\",\"id\":\"r\"}")).isEqualTo(new StreamEvent.ReasoningStart("r"));
        assertThat(read("{\"type\":\"reasoning-delta\",\"id\":\"r\",\"delta\":\"\"}"))
                .isEqualTo(new StreamEvent.ReasoningDelta("r", ""));
        assertThat(read("{\"type\":\"reasoning-end\",\"id\":\"r\"}")).isEqualTo(new StreamEvent.ReasoningEnd("r"));
    }

    @Test
    void toolInput() {
        assertThat(read("{\"type\":\"tool-input-start\",\"toolCallId\":\"c\",\"toolName\":\"n\",\"title\":\"T\"}"))
                .isEqualTo(new StreamEvent.ToolInputStart("c", "n", "T"));
        assertThat(read("{\"type\":\"tool-input-delta\",\"toolCallId\":\"c\",\"inputTextDelta\":\"{\"}"))
                .isEqualTo(new StreamEvent.ToolInputDelta("c", "{"));
        assertThat(read("{\"type\":\"tool-input-end\",\"toolCallId\":\"c\"}"))
                .isEqualTo(new StreamEvent.ToolInputEnd("c"));
        StreamEvent.ToolInputAvailable available = (StreamEvent.ToolInputAvailable)
                read("{\"type\":\"tool-input-available\",\"toolCallId\":\"c\",\"toolName\":\"n\",\"input\":{\"a\":1}}");
        assertThat(available.input().text()).isEqualTo("{\"a\":1}");
    }

    @Test
    void toolOutput() {
        StreamEvent.ToolOutputAvailable available = (StreamEvent.ToolOutputAvailable)
                read("{\"type\":\"tool-output-available\",\"toolCallId\":\"c\",\"output\":null}");
        assertThat(available.output().isNull()).isTrue();
        assertThat(read("{\"type\":\"tool-output-error\",\"toolCallId\":\"c\",\"error\":\"no\"}"))
                .isEqualTo(new StreamEvent.ToolOutputError("c", "no"));
    }

    /** A tool that gives nothing gives {@code undefined} in JavaScript, for which JSON has no word. */
    @Test
    void aValueThatIsLeftOutIsNull() {
        StreamEvent.ToolInputAvailable input = (StreamEvent.ToolInputAvailable)
                read("{\"type\":\"tool-input-available\",\"toolCallId\":\"c\",\"toolName\":\"n\"}");
        StreamEvent.ToolOutputAvailable output =
                (StreamEvent.ToolOutputAvailable) read("{\"type\":\"tool-output-available\",\"toolCallId\":\"c\"}");
        StreamEvent.ResourceUpdate update =
                (StreamEvent.ResourceUpdate) read("{\"type\":\"resource-update\",\"name\":\"plan\"}");

        assertThat(List.of(input.input(), output.output(), update.value())).allMatch(JsonPayload::isNull);
    }

    @Test
    void sources() {
        assertThat(
                        read(
                                "{\"type\":\"source\",\"sourceType\":\"url\",\"id\":\"s\",\"url\":\"https://a\",\"title\":\"A\"}"))
                .isEqualTo(new StreamEvent.SourceUrl("s", "https://a", "A"));
        assertThat(
                        read(
                                "{\"type\":\"source\",\"sourceType\":\"document\",\"id\":\"s\",\"mediaType\":\"text/plain\",\"title\":\"A\"}"))
                .isEqualTo(new StreamEvent.SourceDocument("s", "text/plain", "A", null));
    }

    @Test
    void blocks() {
        assertThat(
                        read(
                                "{\"type\":\"block-start\",\"blockId\":\"b\",\"blockName\":\"n\",\"blockType\":\"set-resource\",\"display\":\"description\",\"description\":\"d\",\"outputToChat\":false,\"thread\":\"side\"}"))
                .isEqualTo(
                        new StreamEvent.BlockStart("b", "n", "set-resource", Display.DESCRIPTION, "d", false, "side"));
        assertThat(
                        read(
                                "{\"type\":\"block-start\",\"blockId\":\"b\",\"blockName\":\"n\",\"blockType\":\"x\",\"display\":\"loud\",\"thread\":\"main\"}"))
                .isEqualTo(new StreamEvent.BlockStart("b", "n", "x", Display.NAME, null, true, null));
        assertThat(read("{\"type\":\"block-end\",\"blockId\":\"b\",\"summary\":\"s\"}"))
                .isEqualTo(new StreamEvent.BlockEnd("b", "s"));
    }

    @Test
    void resourceUpdates() {
        StreamEvent.ResourceUpdate update =
                (StreamEvent.ResourceUpdate) read("{\"type\":\"resource-update\",\"name\":\"plan\",\"value\":[1,2]}");
        assertThat(update.name()).isEqualTo("plan");
        assertThat(update.value().text()).isEqualTo("[1,2]");
    }

    @Test
    void files() {
        assertThat(
                        read(
                                "{\"type\":\"file-available\",\"id\":\"f\",\"mediaType\":\"image/png\",\"url\":\"https://f?sig=1\",\"filename\":\"a.png\",\"size\":12,\"toolCallId\":\"c\"}"))
                .isEqualTo(new StreamEvent.FileAvailable(
                        new FileReference("f", "image/png", "https://f?sig=1", "a.png", 12L), "c"));
        assertThat(
                        read(
                                "{\"type\":\"file-available\",\"id\":\"f\",\"mediaType\":\"image/png\",\"url\":\"u\",\"size\":\"big\"}"))
                .isEqualTo(new StreamEvent.FileAvailable(new FileReference("f", "image/png", "u", null, null), null));
    }

    @Test
    void clientToolRequests() {
        StreamEvent.ClientToolRequest request = (StreamEvent.ClientToolRequest)
                read(
                        "{\"type\":\"client-tool-request\",\"executionId\":\"e\",\"toolCalls\":[{\"toolCallId\":\"c\",\"toolName\":\"n\","
                                + "\"args\":{\"q\":1},\"source\":\"block\",\"outputVariable\":\"OUT\",\"blockIndex\":3}],"
                                + "\"serverToolResults\":[{\"toolCallId\":\"s\",\"toolName\":\"m\",\"result\":{\"deep\":[1]},\"blockIndex\":0}]}");

        assertThat(request.executionId()).isEqualTo("e");
        PendingToolCall call = request.toolCalls().get(0);
        assertThat(call.args().text()).isEqualTo("{\"q\":1}");
        assertThat(call.result(7)).isEqualTo(new ToolResult("c", "n", 7, null, "OUT", 3));
        assertThat(call.failure("no")).isEqualTo(new ToolResult("c", "n", null, "no", "OUT", 3));
        assertThat(new String(JsonCodec.create().encode(request.serverToolResults()), StandardCharsets.UTF_8))
                .isEqualTo("[{\"toolCallId\":\"s\",\"toolName\":\"m\",\"result\":{\"deep\":[1]},\"blockIndex\":0}]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"typing-indicator\",\"isTyping\":true}",
                "{\"type\":\"presence-update\",\"id\":7,\"delta\":{}}",
                "{\"no\":\"type\"}",
                "{\"type\":5}",
                "{\"type\":\"source\",\"sourceType\":\"video\",\"id\":\"s\"}"
            })
    void anythingElseIsKeptAsACustomEvent(String json) {
        StreamEvent.Custom custom = (StreamEvent.Custom) read(json);

        assertThat(custom.payload().text()).isEqualTo(json);
    }

    static Stream<String> broken() {
        return Stream.of(
                "",
                "{",
                "[]",
                "\"text-delta\"",
                "null",
                "{\"type\":\"text-delta\",\"id\":\"t\",\"delta\":\"x\"} trailing",
                "{\"type\":\"finish\"}",
                "{\"type\":\"finish\",\"finishReason\":5}",
                "{\"type\":\"text-delta\",\"id\":\"t\"}",
                "{\"type\":\"text-delta\",\"id\":1,\"delta\":\"x\"}",
                "{\"type\":\"tool-input-available\",\"toolCallId\":\"c\"}",
                "{\"type\":\"client-tool-request\",\"executionId\":\"e\",\"toolCalls\":{}}",
                "{\"type\":\"client-tool-request\",\"executionId\":\"e\",\"toolCalls\":[{\"toolCallId\":\"c\"}]}");
    }

    @ParameterizedTest
    @MethodSource
    void broken(String json) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(DecodeException.class);
    }

    @Test
    void whatPrintsAFileShowsNoAddress() {
        assertThat(
                        read("{\"type\":\"file-available\",\"id\":\"f\",\"mediaType\":\"a/b\",\"url\":\"https://x?sig=abc\"}")
                                .toString())
                .doesNotContain("sig=");
    }
}
