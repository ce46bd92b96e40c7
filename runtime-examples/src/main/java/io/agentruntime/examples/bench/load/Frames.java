package io.agentruntime.examples.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;

/** Different events, encoded once as WebSocket frames, sent over and over. Each holds a text that clients can be asked to read. */
public final class Frames {

    /** How many there are. */
    public static final int COUNT = 1024;

    private final ByteBuf frames = Unpooled.directBuffer(COUNT * 256);
    private final int[] ends = new int[COUNT];
    private final int[] contentHashes = new int[COUNT];

    /** @param event makes an event's JSON of its number; {@link #content} is the text in it, as JSON wants it written */
    public Frames(IntFunction<String> event) {
        for (int i = 0; i < COUNT; i++) {
            byte[] json = event.apply(i).getBytes(StandardCharsets.UTF_8);
            // A final text frame of 126 to 65,535 bytes, unmasked as a server's are (RFC 6455, section 5.2).
            frames.writeByte(0x81).writeByte(126).writeShort(json.length).writeBytes(json);
            ends[i] = frames.writerIndex();
            contentHashes[i] = content(i).hashCode();
        }
    }

    /** The text of an event. One in sixteen has what makes a text more than its bytes: an escape and a letter of two bytes. */
    public static String content(int i) {
        return i % 16 == 0 ? "Zeile " + i + "\nfür alle" : "hello number " + i + " to you";
    }

    /** {@link #content} as it stands in JSON, without the quotes. */
    public static String contentInJson(int i) {
        return content(i).replace("\n", "\\n");
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
    public double averageSize() {
        return ends[COUNT - 1] / (double) COUNT - 4;
    }
}
