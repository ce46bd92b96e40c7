package io.agentruntime.transport.sockjs;

import io.agentruntime.error.EncodeException;
import io.agentruntime.transport.OutboundMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;

/** Messages on their way to a SockJS server: each a JSON string in an array. */
final class Outgoing {

    private Outgoing() {}

    /** The same message as an array of one, which is a frame of its own over WebSocket. */
    static OutboundMessage framed(OutboundMessage message) {
        return new OutboundMessage(false, message.urgent(), allocator -> frame(message, allocator));
    }

    private static ByteBuf frame(OutboundMessage message, ByteBufAllocator allocator) {
        if (message.binary()) {
            throw binary();
        }
        ByteBuf text = message.encoder().apply(allocator);
        try {
            ByteBuf frame = allocator.buffer(text.readableBytes() + text.readableBytes() / 4 + 4);
            frame.writeByte('[');
            JsonString.write(text, new ByteBufOutputStream(frame));
            return frame.writeByte(']');
        } finally {
            text.release();
        }
    }

    /** Why a binary message fails. */
    static EncodeException binary() {
        return new EncodeException(byte[].class, new UnsupportedOperationException("SockJS carries text only"));
    }
}
