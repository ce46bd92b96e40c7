package io.agentruntime.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.agentruntime.error.DecodeException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class FrameReaderTest {

    private final FrameReader gateway = FrameReader.builder(JsonCodec.create(), "gateway frame")
            .required("type")
            .optional("timestamp")
            .payload("data")
            .build();

    static List<BrokenFrames.BrokenFrame> brokenFrames() {
        return BrokenFrames.all();
    }

    @Test
    void readsTheHeaderAndKeepsThePayload() {
        JsonFrame frame = read(BrokenFrames.VALID);

        assertThat(frame.required("type")).isEqualTo("channel.message");
        assertThat(frame.header("timestamp")).isEqualTo("2026-03-01T10:30:15Z");
        assertThat(frame.payload().string("from")).isEqualTo("0xé");
        assertThat(frame.payload().tree().get("list").get(1).get("a").asString())
                .isEqualTo("é\n");
        assertThat(frame.whole().text()).isEqualTo(BrokenFrames.VALID);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"data\":{\"a\":1},\"timestamp\":null,\"type\":\"t\"}",
                " {\r\n\t\"x\" : [ ] , \"type\" : \"t\" , \"data\" : {\"a\":1} , \"y\" : {} } ",
                "{\"t\\u0079pe\":\"\\u0074\",\"d\\u0061ta\":{\"a\":1}}",
                "{\"type\":\"first\",\"data\":0,\"type\":\"t\",\"data\":{\"a\":1}}"
            })
    void takesTheFieldsInAnyOrderAndSpelling(String text) {
        JsonFrame frame = read(text);

        assertThat(frame.required("type")).isEqualTo("t");
        assertThat(frame.header("timestamp")).isNull();
        assertThat(frame.payload().text()).isEqualTo("{\"a\":1}");
        assertThat(frame.whole().text()).isEqualTo(text.trim());
    }

    @Test
    void givesTheWholeFrameWhereThereIsNoPayloadField() {
        String text = "{\"type\":\"pluginStart\",\"agentId\":\"a1\"}";

        assertThat(read(text).payload().string("agentId")).isEqualTo("a1");
        FrameReader flat = FrameReader.builder(JsonCodec.create(), "frame")
                .required("type")
                .build();
        assertThat(flat.read(text.getBytes(UTF_8)).payload())
                .isEqualTo(flat.read(text.getBytes(UTF_8)).whole());
    }

    @Test
    void unescapesHeaderFields() {
        assertThat(read("{\"type\":\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00z😀\"}")
                        .required("type"))
                .isEqualTo("a\"\\/\b\f\n\r\té😀z😀");
    }

    @Test
    void leavesTheBufferAlone() {
        ByteBuf buffer = Unpooled.directBuffer().writeBytes("xx".getBytes(UTF_8));
        buffer.readerIndex(2);
        buffer.writeBytes(BrokenFrames.VALID.getBytes(UTF_8));
        int readable = buffer.readableBytes();

        JsonFrame frame = gateway.read(buffer);
        assertThat(buffer.readableBytes()).isEqualTo(readable);
        assertThat(buffer.refCnt()).isOne();
        buffer.setZero(0, buffer.capacity());
        buffer.release();

        assertThat(frame.whole().text()).isEqualTo(BrokenFrames.VALID);
    }

    private static final JsonName[] FIELDS = JsonName.of("from", "content", "none");

    private @Nullable List<@Nullable String> texts(String frame) {
        JsonTexts texts = gateway.payloadTexts(frame.getBytes(UTF_8), FIELDS);
        return texts == null ? null : Arrays.asList(texts.text(0), texts.text(1), texts.text(2));
    }

    @Test
    void readsTextsOfThePayloadInOnePass() {
        assertThat(
                        texts(
                                "{\"type\":\"t\",\"data\":{\"from\":\"0xé\",\"x\":[{\"from\":1}],\"content\":\"a\\n\"},\"y\":[1]} "))
                .containsExactly("0xé", "a\n", null);
        assertThat(texts("{\"data\":{\"c\\u006fntent\":\"\",\"from\":null},\"type\":\"t\"}"))
                .containsExactly(null, "", null);
        assertThat(texts("{\"type\":\"t\",\"data\":{}}")).containsExactly(null, null, null);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"data\":{\"from\":\"a\"}}",
                "{\"type\":\"t\"}",
                "{\"type\":null,\"data\":{\"from\":\"a\"}}",
                "{\"type\":\"t\",\"type\":\"u\",\"data\":{\"from\":\"a\"}}",
                "{\"type\":\"t\",\"data\":{\"from\":\"a\"},\"data\":{\"from\":\"b\"}}",
                "{\"type\":\"t\",\"data\":[\"from\",\"a\"]}",
                "{\"type\":\"t\",\"data\":{\"from\":7}}"
            })
    void leavesFramesThatAreNotOfTheUsualFormToTheOtherWay(String frame) {
        assertThat(texts(frame)).isNull();
    }

    @ParameterizedTest
    @MethodSource("brokenFrames")
    void readsNoTextsOfBrokenFrames(BrokenFrames.BrokenFrame broken) {
        try {
            assertThat(gateway.payloadTexts(broken.bytes(), FIELDS)).isNull();
        } catch (DecodeException refused) {
            assertThat(refused.excerpt().length()).isLessThanOrEqualTo(200);
        }
    }

    @Test
    void readsNoDeeperThanItMay() {
        String deepest = "[".repeat(JsonScanner.MAX_DEPTH - 2) + "]".repeat(JsonScanner.MAX_DEPTH - 2);
        assertThat(texts("{\"type\":\"t\",\"data\":{\"x\":" + deepest + "}}")).isNotNull();
        assertThatThrownBy(() -> texts("{\"type\":\"t\",\"data\":{\"x\":[" + deepest + "]}}"))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("nested deeper");
    }

    @Test
    void findsTheLeadingTextOfThePayloadWithoutALookAtTheRest() {
        JsonName id = JsonName.of("id");
        assertThat(leading("{\"type\":\"t\",\"data\":{\"id\":\"7\",", id)).isEqualTo("7");
        assertThat(leading("{\"type\":\"t\",\"data\":{\"other\":\"7\",\"id\":\"7\"}}", id))
                .isNull();
        assertThat(leading("{\"type\":\"t\",\"data\":{\"id\":7}}", id)).isNull();
        assertThat(leading("{\"type\":\"t\",\"data\":{}}", id)).isNull();
        assertThat(leading("{\"type\":\"t\",\"data\":[\"id\"]}", id)).isNull();
        assertThat(leading("{\"type\":\"t\"}", id)).isNull();
        assertThat(leading("{\"type\":\"t\",\"data\":{\"id", id)).isNull();
    }

    private @Nullable String leading(String frame, JsonName name) {
        return gateway.leadingText(frame.getBytes(UTF_8), name);
    }

    @ParameterizedTest
    @MethodSource("brokenFrames")
    void refusesBrokenFrames(BrokenFrames.BrokenFrame broken) {
        Throwable error = catchThrowable(() -> gateway.read(broken.bytes()));

        assertThat(error)
                .isExactlyInstanceOf(DecodeException.class)
                .hasMessageStartingWith("Cannot read gateway frame: ");
        assertThat(((DecodeException) error).excerpt().length()).isLessThanOrEqualTo(200);
        assertThat(((DecodeException) error).excerpt().chars()).noneMatch(Character::isISOControl);
    }

    @Test
    void theCorpusIsLargeEnoughAndItsFramesDiffer() {
        assertThat(brokenFrames()).hasSizeGreaterThan(400);
        assertThat(brokenFrames().stream().map(f -> new String(f.bytes(), UTF_8) + f.name()))
                .doesNotHaveDuplicates();
    }

    @Test
    void keepsPrivateTextOutOfTheMessage() {
        assertThatThrownBy(() -> read("{\"type\":\"nk_private\",\"nk_private\"}"))
                .isInstanceOfSatisfying(DecodeException.class, e -> {
                    assertThat(e).hasMessageNotContaining("nk_private");
                    assertThat(e.excerpt()).contains("nk_private");
                });
    }

    @Test
    void acceptsTheDeepestNestingAllowed() {
        JsonFrame frame = read("{\"type\":\"a\",\"data\":" + "[".repeat(199) + "]".repeat(199) + "}");

        assertThat(frame.payload().tree().isArray()).isTrue();
        assertThat(frame.whole().tree().isObject()).isTrue();
    }

    /** Where the scanner says yes, Jackson must be able to read: over frames with one or two bytes changed. */
    @Test
    void agreesWithJackson() {
        JsonMapper jackson = JsonMapper.shared();
        Random random = new Random(1);
        byte[] seeds = "{}[]\",:\\0123eE+-.tfnu /\u00e9\u0000\u001f".getBytes(UTF_8);
        int accepted = 0;
        for (int round = 0; round < 100_000; round++) {
            byte[] bytes = BrokenFrames.VALID.getBytes(UTF_8);
            for (int change = 0; change <= random.nextInt(2); change++) {
                bytes[random.nextInt(bytes.length)] =
                        random.nextInt(8) == 0 ? (byte) random.nextInt(256) : seeds[random.nextInt(seeds.length)];
            }
            boolean ours = catchThrowable(() -> new JsonScanner("x", bytes, 0, bytes.length).document()) == null;
            boolean theirs = catchThrowable(() -> jackson.readTree(bytes)) == null;
            boolean utf8 = new String(bytes, UTF_8).indexOf('\ufffd') < 0;
            if (ours != (theirs && utf8)) {
                throw new AssertionError("ours " + ours + ", Jackson " + theirs + ": " + new String(bytes, UTF_8));
            }
            accepted += ours ? 1 : 0;
        }
        assertThat(accepted).isBetween(10_000, 90_000);
    }

    private JsonFrame read(String text) {
        return gateway.read(text.getBytes(UTF_8));
    }
}
