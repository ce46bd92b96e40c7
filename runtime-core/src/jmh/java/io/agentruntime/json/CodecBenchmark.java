package io.agentruntime.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reading one event of the gateway as far as it is wanted, and writing a frame. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(
        value = 1,
        jvmArgs = {"-Xms512m", "-Xmx512m"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBenchmark {

    private static final JsonName CHANNEL_ID = JsonName.of("channelId");
    private static final JsonName[] FIELDS = JsonName.of(
            "channelId",
            "channelSlug",
            "channelName",
            "channelType",
            "messageId",
            "from",
            "fromAgentId",
            "fromName",
            "content",
            "messageType",
            "signature");
    private static final int CONTENT = 8;

    private final JsonCodec codec = JsonCodec.create();
    private final JsonMapper mapper = JsonMapper.builder().build();
    private final FrameReader reader = FrameReader.builder(codec, "gateway frame")
            .required("type")
            .optional("timestamp")
            .payload("data")
            .build();
    private final byte[] event = ("{\"type\":\"channel.message\",\"timestamp\":\"2026-02-01T12:00:00.000Z\",\"data\":{"
                    + "\"channelId\":\"ch-00042\",\"channelSlug\":\"lobby\",\"channelName\":\"Lobby\",\"channelType\":\"custom\","
                    + "\"messageId\":\"msg-000123\",\"from\":\"0x19e7e376e7c213b7\",\"fromAgentId\":\"agent-0042\",\"fromName\":\"bob\","
                    + "\"content\":\"hello number 123 to you\",\"messageType\":\"text\",\"signature\":null}}")
            .getBytes(UTF_8);

    /** The channel, which says where an event belongs. */
    @Benchmark
    public String channel() {
        return reader.leadingText(event, CHANNEL_ID);
    }

    /** The whole event checked, its texts found, one of them read. */
    @Benchmark
    public String content() {
        return reader.payloadTexts(event, FIELDS).text(CONTENT);
    }

    /** The whole event checked, the header read, the payload kept. */
    @Benchmark
    public JsonFrame header() {
        return reader.read(event);
    }

    /** What is written by hand elsewhere. */
    @Benchmark
    public String contentOfTree() {
        JsonNode tree = mapper.readTree(event);
        return tree.path("data").path("content").asString("");
    }

    /** A small frame into a pooled buffer. */
    @Benchmark
    public int encode() {
        ByteBuf frame = codec.encode(
                Map.of("type", "heartbeat", "timestamp", "2026-02-01T12:00:00.000Z"), ByteBufAllocator.DEFAULT);
        int size = frame.readableBytes();
        frame.release();
        return size;
    }
}
