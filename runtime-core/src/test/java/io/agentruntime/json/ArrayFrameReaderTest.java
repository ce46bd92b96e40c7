package io.agentruntime.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.EncodeException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class ArrayFrameReaderTest {

    private static final String VALID = "[null,\"1\",\"room:\\\"a,b]\\\" 😀\",\"event\",{\"n\":[1,{\"a\":\"]\"}]}]";

    private final ArrayFrameReader reader = ArrayFrameReader.builder(JsonCodec.create(), "frame")
            .optional("join_ref")
            .optional("ref")
            .required("topic")
            .required("event")
            .build();

    @Test
    void readsTheHeaderByPositionAndKeepsThePayload() {
        JsonFrame frame = reader.read(VALID.getBytes(UTF_8));

        assertThat(frame.header("join_ref")).isNull();
        assertThat(frame.header("ref")).isEqualTo("1");
        assertThat(frame.required("topic")).isEqualTo("room:\"a,b]\" 😀");
        assertThat(frame.required("event")).isEqualTo("event");
        assertThat(frame.payload().text()).isEqualTo("{\"n\":[1,{\"a\":\"]\"}]}");
        assertThat(frame.whole().text()).isEqualTo(VALID);
    }

    @Test
    void aTopicThatComesAgainIsNotMadeAnew() {
        String first = topic("room:lobby");

        assertThat(topic("room:lobby")).isSameAs(first);
        assertThat(topic("room:lobbz")).isEqualTo("room:lobbz");
        assertThat(topic("room:lobby")).isEqualTo(first);
    }

    @Test
    void manyTopicsAreToldApart() {
        List<String> topics = IntStream.range(0, 1000)
                .mapToObj(i -> i % 7 == 0 ? "😀".repeat(i / 7) : "room:" + i)
                .toList();

        assertThat(topics).allSatisfy(topic -> assertThat(topic(topic)).isEqualTo(topic));
        assertThat(topics).allSatisfy(topic -> assertThat(topic(topic)).isEqualTo(topic));
        assertThat(topic("room:\\u0031")).isEqualTo("room:1");
    }

    private String topic(String asWritten) {
        return reader.read(("[null,null,\"" + asWritten + "\",\"event\",{}]").getBytes(UTF_8))
                .required("topic");
    }

    @Test
    void neitherChangesNorRetainsTheBuffer() {
        ByteBuf buffer = Unpooled.copiedBuffer(VALID, UTF_8);
        reader.read(buffer);

        assertThat(buffer.toString(UTF_8)).isEqualTo(VALID);
        assertThat(buffer.refCnt()).isEqualTo(1);
        buffer.release();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "1", "\"text\"", "[]", "true", "[[\"t\"]]"})
    void thePayloadMayBeAnyValue(String payload) {
        assertThat(reader.read(("[\"1\",\"2\",\"t\",\"e\" , " + payload + " ]").getBytes(UTF_8))
                        .payload()
                        .text())
                .isEqualTo(payload);
    }

    @Test
    void elementsBehindThePayloadAreKeptInTheWhole() {
        String text = "[null,null,\"t\",\"e\",{},\"more\",{\"x\":1}]";

        assertThat(reader.read(text.getBytes(UTF_8)).whole().text()).isEqualTo(text);
    }

    static List<byte[]> truncated() {
        byte[] valid = VALID.getBytes(UTF_8);
        return IntStream.range(0, valid.length)
                .mapToObj(length -> Arrays.copyOf(valid, length))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("truncated")
    void refusesWhatIsCutOff(byte[] frame) {
        assertThatThrownBy(() -> reader.read(frame)).isInstanceOf(DecodeException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "[null]",
                "[null,null]",
                "[null,null,\"t\"]",
                "[null,null,\"t\",\"e\"]",
                "[null,null,null,\"e\",{}]",
                "[null,null,\"t\",null,{}]",
                "[1,null,\"t\",\"e\",{}]",
                "[null,2,\"t\",\"e\",{}]",
                "[null,null,[],\"e\",{}]",
                "[null,null,\"t\",\"e\",{},]",
                "[null,null,\"t\",\"e\",{}]]",
                "[null,null,\"t\",\"e\",{}] x",
                "[null,null,\"t\",\"e\",{a:1}]",
                "[null null,\"t\",\"e\",{}]",
                "[,null,null,\"t\",\"e\",{}]",
                "[null,null,\"t\",\"e\",{},nul]"
            })
    void refusesWhatIsNoSuchFrame(String frame) {
        assertThatThrownBy(() -> reader.read(frame.getBytes(UTF_8))).isInstanceOf(DecodeException.class);
    }

    @Test
    void refusesAPayloadThatIsNestedTooDeep() {
        String deep = "[null,null,\"t\",\"e\"," + "[".repeat(200) + "]".repeat(200) + "]";
        String deepest = "[null,null,\"t\",\"e\"," + "[".repeat(199) + "]".repeat(199) + "]";

        assertThatThrownBy(() -> reader.read(deep.getBytes(UTF_8))).isInstanceOf(DecodeException.class);
        assertThat(reader.read(deepest.getBytes(UTF_8)).payload().size()).isEqualTo(398);
    }

    @Test
    void anArrayIsWrittenIntoAPooledBuffer() {
        JsonCodec codec = JsonCodec.create();
        JsonFrame frame = reader.read(VALID.getBytes(UTF_8));

        assertThat(text(codec, null, "1", "a\"b", Map.of("k", 1), frame.payload(), 7, List.of()))
                .isEqualTo("[null,\"1\",\"a\\\"b\",{\"k\":1}," + frame.payload().text() + ",7,[]]");
    }

    @Test
    void whatCannotBeWrittenLeavesNoBuffer() {
        Object self = new Object() {
            @SuppressWarnings("unused")
            public Object getSelf() {
                throw new IllegalStateException("no");
            }
        };
        ByteBuf buffer = Unpooled.buffer();
        ByteBufAllocator allocator = (ByteBufAllocator) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ByteBufAllocator.class}, (proxy, method, args) -> buffer);

        assertThatThrownBy(() -> JsonCodec.create().encodeArray(allocator, "1", self))
                .isInstanceOf(EncodeException.class)
                .hasMessageContaining(self.getClass().getName());
        assertThat(buffer.refCnt()).isZero();
    }

    @Test
    void theArrayItselfDoesNotDependOnTheMapper() {
        JsonCodec codec = JsonCodec.of(JsonMapper.builder()
                .activateDefaultTyping(
                        tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator.builder()
                                .allowIfBaseType(Object.class)
                                .build(),
                        tools.jackson.databind.DefaultTyping.NON_FINAL)
                .build());

        assertThat(text(codec, null, "1", "t")).isEqualTo("[null,\"1\",\"t\"]");
    }

    private static String text(JsonCodec codec, Object... elements) {
        ByteBuf buffer = codec.encodeArray(PooledByteBufAllocator.DEFAULT, elements);
        try {
            return buffer.toString(UTF_8);
        } finally {
            buffer.release();
        }
    }
}
