package io.agentruntime.examples.bench.flood;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The events of a round, encoded once as WebSocket frames: {@value #COUNT} different ones, sent over and over. Each has all
 * fields of a {@code channel.message}, with ids shorter than the gateway's own, which makes about 330 bytes.
 */
final class Events {

    static final int COUNT = 1024;

    static final String CHANNEL = "ch-00042";

    /** What tells a client that does not count that a round is over. */
    static final String END_TYPE = "flood.end";

    static final String WELCOME = event("connection.state", "{\"state\":\"connected\",\"agentId\":\"agent-1\"}");

    private final ByteBuf frames = Unpooled.directBuffer(COUNT * 360);
    private final int[] ends = new int[COUNT];
    private final int[] contentHashes = new int[COUNT];

    Events() {
        for (int i = 0; i < COUNT; i++) {
            String content = content(i);
            byte[] json = event("channel.message", message(i, content)).getBytes(StandardCharsets.UTF_8);
            // A final text frame of 126 to 65,535 bytes, unmasked as a server's are (RFC 6455, section 5.2).
            frames.writeByte(0x81).writeByte(126).writeShort(json.length).writeBytes(json);
            ends[i] = frames.writerIndex();
            contentHashes[i] = content.hashCode();
        }
    }

    /** The frames from one event up to another, for one write. */
    ByteBuf frames(int from, int to) {
        int start = from == 0 ? 0 : ends[from - 1];
        return frames.retainedSlice(start, ends[to - 1] - start);
    }

    int contentHash(int event) {
        return contentHashes[event];
    }

    /** The average size of an event in bytes. */
    double averageSize() {
        return ends[COUNT - 1] / (double) COUNT - 4;
    }

    static String event(String type, String data) {
        return "{\"type\":\"" + type + "\",\"timestamp\":\"2026-02-01T12:00:00.000Z\",\"data\":" + data + "}";
    }

    private static String message(int i, String content) {
        return String.format(
                Locale.ROOT,
                "{\"channelId\":\"%s\",\"channelSlug\":\"lobby\",\"channelName\":\"Lobby\",\"channelType\":\"custom\","
                        + "\"messageId\":\"msg-%06d\",\"from\":\"0x%016x\",\"fromAgentId\":\"agent-%04d\",\"fromName\":\"bob\","
                        + "\"content\":\"%s\",\"messageType\":\"text\",\"signature\":null}",
                CHANNEL,
                i,
                0x19E7E376E7C213B7L + i,
                i % 97,
                content.replace("\n", "\\n"));
    }

    /** One in sixteen has what makes a text more than its bytes: an escape and a letter of two bytes. */
    private static String content(int i) {
        return i % 16 == 0 ? "Zeile " + i + "\nfür alle" : "hello number " + i + " to you";
    }
}
