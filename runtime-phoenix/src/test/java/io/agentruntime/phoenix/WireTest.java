package io.agentruntime.phoenix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.transport.OutboundMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Messages on the wire: both versions, text and binary. */
class WireTest extends PhoenixScenario {

    /** Commas, quotes, brackets and a character of four bytes. */
    private static final String ODD_TOPIC = "room:a,b\",[c]{\"d\"}\\😀";

    private static final String LONGEST = "e".repeat(255);

    private final V2Codec v2 = new V2Codec(JsonCodec.create());
    private final V1Codec v1 = new V1Codec(JsonCodec.create());

    private static String text(OutboundMessage message) {
        ByteBuf buffer = message.encoder().apply(PooledByteBufAllocator.DEFAULT);
        try {
            return buffer.toString(UTF_8);
        } finally {
            buffer.release();
        }
    }

    private static byte[] bytes(OutboundMessage message) {
        ByteBuf buffer = message.encoder().apply(PooledByteBufAllocator.DEFAULT);
        try {
            return ByteBufUtil.getBytes(buffer);
        } finally {
            buffer.release();
        }
    }

    private static byte[] frame(int kind, List<String> header, String data) {
        ByteBuf out = Unpooled.buffer();
        out.writeByte(kind);
        header.forEach(field -> out.writeByte(field.getBytes(UTF_8).length));
        header.forEach(field -> out.writeCharSequence(field, UTF_8));
        out.writeCharSequence(data, UTF_8);
        return ByteBufUtil.getBytes(out);
    }

    private PhoenixMessage readBinary(byte[] frame) {
        return v2.readBinary(Unpooled.wrappedBuffer(frame));
    }

    // ---- Text

    @Test
    void version2IsAnArray() {
        assertThat(text(v2.encode("6", "7", "room:a", "shout", Map.of("a", 1))))
                .isEqualTo("[\"6\",\"7\",\"room:a\",\"shout\",{\"a\":1}]");
        assertThat(text(v2.encode(null, "1", "phoenix", "heartbeat", Map.of())))
                .isEqualTo("[null,\"1\",\"phoenix\",\"heartbeat\",{}]");
    }

    @Test
    void version1IsAnObjectWithoutJoinReference() {
        assertThat(text(v1.encode("6", "7", "room:a", "shout", Map.of("a", 1))))
                .isEqualTo("{\"topic\":\"room:a\",\"event\":\"shout\",\"payload\":{\"a\":1},\"ref\":\"7\"}");
    }

    @Test
    void aTopicMayContainAnything() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = socket.channel(ODD_TOPIC);
        Seen<PhoenixMessage> messages = watch(channel.messages());
        await(channel.join());
        assertThat(server.connection().last("phx_join").topic()).isEqualTo(ODD_TOPIC);
        server.connection().push(ODD_TOPIC, "],\"[", "{\"text\":\"],[\\\"\"}");
        server.connection().rawBinary(frame(2, List.of(ODD_TOPIC, "],\"["), "1"));
        server.connection()
                .rawBinary(frame(0, List.of(server.connection().joined.get(ODD_TOPIC), ODD_TOPIC, "😀"), "2"));
        pass(10);

        assertThat(messages.values.stream().map(PhoenixMessage::event)).containsExactly("],\"[", "],\"[", "😀");
        assertThat(await(channel.push("echo", new byte[] {1})).response().as(byte[].class))
                .containsExactly(1);
        assertThat(server.connection().last("echo").topic()).isEqualTo(ODD_TOPIC);
    }

    @Test
    void aPayloadMayBeAnythingThatJacksonWrites() {
        PhoenixChannel channel = joined(connected());
        record Shout(String body, List<Integer> numbers) {}
        for (Object payload : List.of(new Shout("é😀", List.of(1)), List.of(1, "a"), 7, "text", true, Map.of())) {
            assertThat(await(channel.push("echo", payload)).response().json().text())
                    .isEqualTo(JsonMapper.shared().writeValueAsString(payload));
        }
    }

    @Test
    void theMapperOfTheSocketReadsAndWrites() {
        record Words(String someWords) {}
        JsonMapper mapper = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
        PhoenixChannel channel = joined(connected(b -> b.jsonMapper(mapper)));
        Reply reply = await(channel.push("echo", new Words("x")));

        assertThat(reply.response().json().text()).isEqualTo("{\"some_words\":\"x\"}");
        assertThat(reply.response().as(Words.class)).isEqualTo(new Words("x"));
    }

    // ---- Version 1, as a conversation

    @Test
    void version1WorksWithoutJoinReferences() {
        speakVersion1();
        PhoenixSocket socket = connected(b -> b.serializer(PhoenixSerializer.V1));
        assertThat(server.requests.get(0).target().uri().getQuery()).isEqualTo("vsn=1.0.0");
        PhoenixChannel channel = joined(socket);
        Seen<PhoenixMessage> messages = watch(channel.messages());
        assertThat(await(channel.push("echo", Map.of("a", 1))).response().json().text())
                .isEqualTo("{\"a\":1}");
        server.connection().push(TOPIC, "hello", "{}");
        server.connection().crash(TOPIC);
        pass(10);
        assertThat(channel.currentState().name()).isEqualTo("errored");
        passSeconds(1);
        assertThat(channel.currentState().name()).isEqualTo("joined");
        assertThat(texts(messages)).containsExactly("hello {}");
        await(channel.leave());
        assertThat(channel.currentState().name()).isEqualTo("closed");
        await(channel.join());
        server.connection().close(TOPIC, null);
        pass(10);
        assertThat(((ChannelState.Closed) channel.currentState()).reason())
                .isEqualTo(ChannelState.CloseReason.CLOSED_BY_SERVER);
    }

    @Test
    void inVersion1BytesFailBeforeSendingForTheyWouldCrashTheChannel() {
        speakVersion1();
        PhoenixChannel channel = joined(connected(b -> b.serializer(PhoenixSerializer.V1)));
        int sent = server.connection().received.size();

        assertThatThrownBy(() -> await(channel.push("x", new byte[] {1})))
                .isInstanceOfSatisfying(
                        InvalidOptionException.class,
                        e -> assertThat(e.option()).isEqualTo("serializer"));
        assertThat(server.connection().received).hasSize(sent);
        assertThat(channel.currentState().name()).isEqualTo("joined");
    }

    @Test
    void inVersion1AFrameWithoutPayloadIsReported() {
        assertThatThrownBy(() ->
                        v1.readText(Unpooled.copiedBuffer("{\"topic\":\"t\",\"event\":\"e\",\"ref\":null}", UTF_8)))
                .isInstanceOf(DecodeException.class);
        assertThatThrownBy(() -> v1.readBinary(Unpooled.buffer())).isInstanceOf(DecodeException.class);
    }

    // ---- Binary

    @Test
    void aBinaryPushHasItsLengthsFirst() {
        assertThat(bytes(v2.encode("6", "17", "room:ü", "up", new byte[] {9, 8})))
                .isEqualTo(new byte[] {
                    0, 1, 2, 7, 2, '6', '1', '7', 'r', 'o', 'o', 'm', ':', (byte) 0xc3, (byte) 0xbc, 'u', 'p', 9, 8
                });
    }

    @Test
    void everyKindOfBytesTravels() {
        PhoenixChannel channel = joined(connected());
        ByteBuf buffer = Unpooled.copiedBuffer("xdata", UTF_8).skipBytes(1);
        ByteBuffer nio = ByteBuffer.wrap("xdata".getBytes(UTF_8)).position(1);
        for (Object data : List.of("data".getBytes(UTF_8), buffer, nio)) {
            Reply reply = await(channel.push("echo", data));
            assertThat(new String(reply.response().as(byte[].class), UTF_8)).isEqualTo("data");
            assertThat(reply.response().isBinary()).isTrue();
        }
        assertThat(buffer.readableBytes()).isEqualTo(4);
        assertThat(buffer.refCnt()).isEqualTo(1);
        assertThat(nio.remaining()).isEqualTo(4);
        buffer.release();
    }

    @Test
    void aBufferMayBeReleasedAsSoonAsThePushIsSubscribed() {
        PhoenixChannel channel = connected().channel(TOPIC);
        server.script = (connection, frame) -> frame.event().equals("phx_join");
        watch(channel.join());
        ByteBuf waiting = Unpooled.copiedBuffer("data", UTF_8);
        ByteBuf cancelled = Unpooled.copiedBuffer("data", UTF_8);
        ByteBuf late = Unpooled.copiedBuffer("data", UTF_8);
        Seen<Reply> reply = watch(channel.push("echo", waiting));
        watch(channel.push("echo", late, Duration.ofSeconds(1)));
        channel.push("echo", cancelled).subscribe().dispose();
        waiting.release();
        cancelled.release();
        late.release();
        passSeconds(2);
        server.script = (connection, frame) -> false;
        server.connection().answer(server.connection().last("phx_join"));
        pass(10);

        assertThat(new String(reply.last().response().as(byte[].class), UTF_8)).isEqualTo("data");
        assertThat(waiting.refCnt()).isZero();
        assertThat(cancelled.refCnt()).isZero();
        assertThat(late.refCnt()).isZero();
    }

    @Test
    void whatFailsReleasesItsBuffer() {
        PhoenixChannel channel = connected(b -> b.pushBuffer(0)).channel(TOPIC);
        ByteBuf buffer = Unpooled.copiedBuffer("data", UTF_8);
        watch(channel.push("echo", buffer)); // not joined
        server.script = (connection, frame) -> true;
        watch(channel.join());
        watch(channel.push("echo", buffer)); // no room
        await(channel.leave());

        assertThat(buffer.refCnt()).isEqualTo(1);
        buffer.release();
        assertThat(watch(channel.push("echo", buffer)).error).isNotNull();
    }

    @Test
    void theFrameIsWrittenIntoOneBufferOfItsSize() {
        List<String> calls = new ArrayList<>();
        ByteBufAllocator allocator = (ByteBufAllocator) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ByteBufAllocator.class}, (proxy, method, args) -> {
                    calls.add(method.getName() + Arrays.toString(args));
                    return Unpooled.buffer((int) args[0]);
                });
        ByteBuf frame = v2.encode("1", "2", "t", "e", new byte[1000]).encoder().apply(allocator);

        assertThat(calls).containsExactly("buffer[1009]");
        assertThat(frame.readableBytes()).isEqualTo(1009);
    }

    @Test
    void serverPushesHaveNoReferenceAndBroadcastsNoJoin() {
        PhoenixMessage push = readBinary(frame(0, List.of("6", "room:a", "up"), "data"));
        assertThat(push.joinRef()).isEqualTo("6");
        assertThat(push.ref()).isNull();
        assertThat(push.topic()).isEqualTo("room:a");
        assertThat(push.event()).isEqualTo("up");
        assertThat(push.payload().bytes()).isEqualTo(ByteBuffer.wrap("data".getBytes(UTF_8)));

        PhoenixMessage broadcast = readBinary(frame(2, List.of("room:a", "up"), ""));
        assertThat(broadcast.joinRef()).isNull();
        assertThat(broadcast.payload().bytes().remaining()).isZero();
    }

    @Test
    void binaryRepliesHaveTheirStatusInTheHeader() {
        PhoenixMessage reply = readBinary(frame(1, List.of("6", "7", "room:a", "ok"), "data"));

        assertThat(reply.ref()).isEqualTo("7");
        assertThat(reply.event()).isEqualTo("phx_reply");
        assertThat(reply.reply().orElseThrow().isOk()).isTrue();
        assertThat(reply.reply().orElseThrow().response().isBinary()).isTrue();
    }

    @Test
    void aBinaryPushToATopicThatIsNotJoinedIsAnsweredInText() {
        PhoenixChannel channel = joined(connected());
        server.script = (connection, frame) -> {
            connection.unmatched(frame);
            return true;
        };

        assertThat(await(channel.push("x", new byte[] {1})).status()).isEqualTo("error");
    }

    static List<byte[]> cutOff() {
        byte[] whole = frame(1, List.of("6", "7", "room:a", "ok"), "");
        return IntStream.range(0, whole.length)
                .mapToObj(length -> Arrays.copyOf(whole, length))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("cutOff")
    void aBinaryFrameThatIsCutOffIsReported(byte[] frame) {
        PhoenixSocket socket = connected();
        Seen<?> errors = watch(socket.errors());
        PhoenixChannel channel = joined(socket);
        server.connection().rawBinary(frame);
        pass(10);

        assertThat(errors.values).singleElement().isInstanceOf(DecodeException.class);
        assertThat(await(channel.push("echo")).isOk()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 77, 255})
    void aBinaryFrameOfAnUnknownKindIsReported(int kind) {
        assertThatThrownBy(() -> readBinary(frame(kind, List.of("a", "b", "c"), "")))
                .isInstanceOf(DecodeException.class);
    }

    @Test
    void aHeaderThatIsNoUtf8IsReported() {
        assertThatThrownBy(() -> readBinary(new byte[] {2, 1, 1, (byte) 0xff, 'e'}))
                .isInstanceOf(DecodeException.class);
    }

    @Test
    void aHeaderFieldOf256BytesFailsBeforeSending() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        int sent = server.connection().received.size();

        assertThatThrownBy(() -> await(channel.push(LONGEST + "e", new byte[] {1})))
                .isInstanceOfSatisfying(HeaderTooLongException.class, e -> {
                    assertThat(e.field()).isEqualTo("event");
                    assertThat(e.bytes()).isEqualTo(256);
                });
        // Counted in bytes, not in characters.
        assertThatThrownBy(() -> await(channel.push("😀".repeat(64), new byte[] {1})))
                .isInstanceOf(HeaderTooLongException.class);
        assertThat(server.connection().received).hasSize(sent);

        await(channel.send(LONGEST, new byte[] {1}));
        assertThat(server.connection().last(LONGEST).bytes()).containsExactly(1);
        await(channel.send(LONGEST + "e", Map.of()));
        assertThat(server.connection().last(LONGEST + "e").event()).hasSize(256);
    }

    @Test
    void aTopicOf256BytesFailsOnlyBinaryPushes() {
        String topic = "room:" + "t".repeat(251);
        PhoenixChannel channel = connected().channel(topic);
        await(channel.join());

        assertThatThrownBy(() -> await(channel.push("echo", new byte[] {1})))
                .isInstanceOfSatisfying(
                        HeaderTooLongException.class, e -> assertThat(e.field()).isEqualTo("topic"));
        assertThat(await(channel.push("echo", Map.of())).isOk()).isTrue();
    }

    @Test
    void aPayloadIsReadAsWhatItIs() {
        Payload binary = Payload.binary(new byte[] {1, 2});
        Payload json = v2.readText(Unpooled.copiedBuffer("[null,null,\"t\",\"e\",{\"a\":1}]", UTF_8))
                .payload();

        assertThat(binary.as(ByteBuffer.class).remaining()).isEqualTo(2);
        assertThatThrownBy(binary::json).isInstanceOf(DecodeException.class);
        assertThatThrownBy(() -> binary.as(Map.class)).isInstanceOf(DecodeException.class);
        assertThatThrownBy(json::bytes).isInstanceOf(DecodeException.class);
        assertThatThrownBy(() -> json.as(byte[].class)).isInstanceOf(DecodeException.class);
        assertThat(json.as(Map.class)).isEqualTo(Map.of("a", 1));
        assertThat(binary).hasToString("Payload[2 bytes, binary]");
        assertThat(json).hasToString("Payload[7 bytes]");
    }
}
