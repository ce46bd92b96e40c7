package io.agentruntime.phoenix.longpoll;

import io.agentruntime.transport.OutboundMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.Base64;
import reactor.core.publisher.MonoSink;

/** One message on its way out, as a line of a POST's body, or a marker without one. */
final class Line {

    /** What a line costs besides its bytes, so that many small ones are bounded too. */
    private static final int OVERHEAD = 64;

    private final MonoSink<Void> sink;
    private final boolean urgent;
    private final byte[] bytes;
    private final boolean alone;

    private Line(MonoSink<Void> sink, boolean urgent, byte[] bytes, boolean alone) {
        this.sink = sink;
        this.urgent = urgent;
        this.bytes = bytes;
        this.alone = alone;
    }

    static Line of(OutboundMessage message, MonoSink<Void> sink) {
        ByteBuf encoded = message.encoder().apply(ByteBufAllocator.DEFAULT);
        byte[] bytes;
        try {
            bytes = ByteBufUtil.getBytes(encoded);
        } finally {
            encoded.release();
        }
        return message.binary()
                ? new Line(sink, message.urgent(), Base64.getEncoder().encode(bytes), false)
                : new Line(sink, message.urgent(), bytes, !fitsOnALine(bytes));
    }

    static Line marker(MonoSink<Void> sink) {
        return new Line(sink, false, new byte[0], true);
    }

    private static boolean fitsOnALine(byte[] text) {
        for (byte b : text) {
            if (b == '\n' || b == '\r') {
                return false;
            }
        }
        return text.length > 0 && text[0] == '[';
    }

    /** Whoever waits for it. */
    MonoSink<Void> sink() {
        return sink;
    }

    /** Whether it goes ahead of those that are not. */
    boolean urgent() {
        return urgent;
    }

    /** Text as it is, binary in Base64; empty for a marker. */
    byte[] bytes() {
        return bytes;
    }

    /** Whether it cannot share a body with others: among several, only a line that begins with a bracket is taken for text. */
    boolean alone() {
        return alone;
    }

    boolean isMarker() {
        return bytes.length == 0;
    }

    int cost() {
        return isMarker() ? 0 : bytes.length + OVERHEAD;
    }
}
