package io.agentruntime.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.EncodeException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

class JsonCodecTest {

    private final JsonCodec codec = JsonCodec.create();

    record Agent(
            String agentId,
            @Nullable String displayName,
            @Nullable Instant connectedAt,
            int calls) {}

    record Strict(int limit) {
        Strict {
            if (limit < 0) {
                throw new IllegalArgumentException("limit below 0");
            }
        }
    }

    @Test
    void readsRecordsWithUnknownNullAndAbsentFields() {
        Agent agent = codec.decode(
                bytes(
                        "{\"agentId\":\"a\",\"displayName\":null,\"connectedAt\":\"2026-03-01T10:30:00.123Z\",\"calls\":null,\"new\":[1]}"),
                Agent.class);

        assertThat(agent).isEqualTo(new Agent("a", null, Instant.parse("2026-03-01T10:30:00.123Z"), 0));
        assertThat(codec.decode(bytes(" {} "), Agent.class)).isEqualTo(new Agent(null, null, null, 0));
    }

    @Test
    void readsGenericTypes() {
        List<Agent> agents = codec.decode(bytes("[{\"agentId\":\"a\"}]"), new TypeReference<List<Agent>>() {});

        assertThat(agents).extracting(Agent::agentId).containsExactly("a");
    }

    @Test
    void writesIsoTimesAndLeavesOutNulls() {
        assertThat(codec.encode(new Agent("a", null, Instant.parse("2026-03-01T10:30:00Z"), 2)))
                .asString(UTF_8)
                .isEqualTo("{\"agentId\":\"a\",\"connectedAt\":\"2026-03-01T10:30:00Z\",\"calls\":2}");
    }

    @Test
    void writesIntoABufferAndReadsFromOne() {
        ByteBuf buffer = codec.encode(Map.of("agentId", "é".repeat(10_000)), UnpooledByteBufAllocator.DEFAULT);
        try {
            assertThat(codec.decode(buffer, Agent.class).agentId()).hasSize(10_000);
            assertThat(buffer.readerIndex()).isZero();
        } finally {
            assertThat(buffer.release()).isTrue();
        }
    }

    @Test
    void leavesNoBufferWhenAValueCannotBeWritten() {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
        Map<String, Object> cycle = new LinkedHashMap<>();
        cycle.put("text", "x".repeat(20_000));
        cycle.put("self", List.of(cycle));

        assertThatThrownBy(() -> codec.encode(cycle, allocator)).isInstanceOf(EncodeException.class);
        assertThatThrownBy(() -> codec.encode(cycle)).isInstanceOf(EncodeException.class);
        assertThat(allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory())
                .isZero();
    }

    @Test
    void namesThePlaceOfAWrongTypeButNotItsValue() {
        assertThatThrownBy(() -> codec.decode(bytes("{\"connectedAt\":\"private\"}"), Agent.class))
                .isInstanceOfSatisfying(DecodeException.class, e -> {
                    assertThat(e)
                            .hasMessageContaining("connectedAt")
                            .hasMessageNotContaining("private")
                            .hasNoCause();
                    assertThat(e.excerpt()).isEqualTo("{\"connectedAt\":\"private\"}");
                });
        assertThatThrownBy(() -> codec.decode(bytes("[]"), Agent.class)).isInstanceOf(DecodeException.class);
        assertThatThrownBy(() -> codec.decode(bytes("null"), Agent.class)).isInstanceOf(DecodeException.class);
        assertThatThrownBy(() -> codec.decode(bytes("{\"calls\":1e400}"), Agent.class))
                .isInstanceOf(DecodeException.class);
    }

    @Test
    void keepsTheCauseOfATargetThatRefuses() {
        assertThatThrownBy(() -> codec.decode(bytes("{\"limit\":-1}"), Strict.class))
                .isInstanceOf(DecodeException.class)
                .hasRootCauseMessage("limit below 0");
    }

    @Test
    void boundsTheExcerpt() {
        assertThatThrownBy(() -> codec.payload("answer", bytes("\u0007\u202e😀".repeat(1_000))))
                .isInstanceOfSatisfying(
                        DecodeException.class,
                        e -> assertThat(e.excerpt()).startsWith("..😀..😀").hasSizeLessThanOrEqualTo(200));
    }

    @Test
    void takesAMapperOfOnesOwn() {
        JsonCodec snake = JsonCodec.of(JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build());

        assertThat(snake.decode(bytes("{\"agent_id\":\"a\",\"calls\":1}"), Agent.class)
                        .agentId())
                .isEqualTo("a");
    }

    @Test
    void givesSingleFieldsOfAPayload() {
        JsonPayload payload = codec.payload(
                "x", bytes(" {\"a\":\"1\",\"b\":{\"a\":2},\"n\":null,\"é\":\"\\u00e9\",\"a\":\"3\",\"i\":42} "));

        assertThat(payload.string("a")).isEqualTo("1");
        assertThat(payload.string("é")).isEqualTo("é");
        assertThat(payload.string("b")).isNull();
        assertThat(payload.string("n")).isNull();
        assertThat(payload.string("none")).isNull();
        assertThat(payload.field("b").orElseThrow().text()).isEqualTo("{\"a\":2}");
        assertThat(payload.field("i").orElseThrow().as(int.class)).isEqualTo(42);
        assertThat(payload.field("n"))
                .hasValueSatisfying(n -> assertThat(n.isNull()).isTrue());
        assertThat(payload.field("none")).isEmpty();
        assertThat(codec.payload("x", bytes("[\"a\"]")).field("a")).isEmpty();
    }

    @Test
    void givesSeveralTextsOfAPayloadInOnePass() {
        JsonPayload payload = codec.payload(
                "x", "{\"b\":\"2\",\"other\":{\"a\":7},\"a\":\"first\",\"n\":null,\"a\":\"1\"}".getBytes(UTF_8));

        JsonTexts texts = payload.texts(JsonName.of("a", "b", "n", "none"));
        assertThat(texts.text(0)).isEqualTo("1");
        assertThat(texts.text(1)).isEqualTo("2");
        assertThat(texts.has(2)).isFalse();
        assertThat(texts.text(3)).isNull();
        assertThat(payload.texts(JsonName.of("a", "other"))).isNull();
        assertThat(payload.field("a").orElseThrow().texts(JsonName.of("a"))).isNull();
    }

    @Test
    void givesSeveralTextsOfADocumentWhileItIsChecked() {
        JsonTexts texts = codec.texts(
                "x",
                bytes(" {\"a\":\"\\u0031\",\"b\":\"2\",\"n\":null,\"e\":\"\",\"o\":[{}]} "),
                JsonName.of("a", "b", "n", "e"));

        assertThat(texts.text(0)).isEqualTo("1");
        assertThat(texts.is(0, JsonName.of("1"))).isTrue();
        assertThat(texts.is(1, JsonName.of("2"))).isTrue();
        assertThat(texts.is(1, JsonName.of("22"))).isFalse();
        assertThat(texts.is(2, JsonName.of(""))).isFalse();
        assertThat(texts.is(3, JsonName.of(""))).isTrue();
        assertThat(codec.texts("x", bytes("{\"a\":1}"), JsonName.of("a"))).isNull();
        assertThatThrownBy(() -> codec.texts("x", bytes("{\"a\":\"1\"} {}"), JsonName.of("a")))
                .isInstanceOf(DecodeException.class);
        assertThatThrownBy(() -> codec.texts("x", bytes("[]"), JsonName.of("a")))
                .isInstanceOf(DecodeException.class);
    }

    @Test
    void comparesPayloadsByTheirBytesAndShowsTheirSizeOnly() {
        JsonPayload one =
                codec.payload("x", bytes("{\"d\":{\"secret\":1}}")).field("d").orElseThrow();
        JsonPayload other = codec.payload("y", bytes(" {\"secret\":1}"));

        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other).hasToString("JsonPayload[12 bytes]");
        assertThat(one).isNotEqualTo(codec.payload("x", bytes("{\"secret\":2}")));
    }

    @Test
    void writesAPayloadInsideAnotherValueAsItIs() {
        JsonPayload payload = codec.payload("x", bytes("{\"n\": 1.00}"));

        assertThat(codec.encode(Map.of("data", payload))).asString(UTF_8).isEqualTo("{\"data\":{\"n\": 1.00}}");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void fieldsAndElementsComeUnread() {
        JsonPayload object = payload("{\"a\":{\"x\":[1]},\"\\u0062\":null,\"a\":2}");
        assertThat(object.fields().keySet()).containsExactly("a", "b");
        assertThat(object.fields().get("a").text()).isEqualTo("2");
        assertThat(object.fields().get("b").isNull()).isTrue();
        assertThat(object.elements()).isEmpty();

        JsonPayload array = payload(" [ {\"a\":1} , [] ,\"x\"] ");
        assertThat(array.elements().stream().map(JsonPayload::text)).containsExactly("{\"a\":1}", "[]", "\"x\"");
        assertThat(array.fields()).isEmpty();
        assertThat(payload("[]").elements()).isEmpty();
        assertThat(payload("{}").fields()).isEmpty();
        assertThat(payload("7").fields()).isEmpty();
    }

    private static JsonPayload payload(String json) {
        return JsonCodec.create().payload("test", json.getBytes(UTF_8));
    }
}
