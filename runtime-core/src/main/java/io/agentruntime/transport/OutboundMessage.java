package io.agentruntime.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * A message on its way out. It is encoded when {@link Pipe#send} is subscribed, straight into a buffer of the pipe's
 * allocator, so that nothing leaks when it never is.
 *
 * @param binary whether it travels as a binary frame instead of a text frame
 * @param urgent whether it goes ahead of queued messages that are not urgent: heartbeats and the like
 * @param encoder writes the payload into a new buffer; called once a subscription, on the subscribing thread
 */
public record OutboundMessage(boolean binary, boolean urgent, Function<ByteBufAllocator, ByteBuf> encoder) {

    /** A text message that waits its turn. */
    public static OutboundMessage text(Function<ByteBufAllocator, ByteBuf> encoder) {
        return new OutboundMessage(false, false, encoder);
    }

    /** A text message that waits its turn. */
    public static OutboundMessage text(CharSequence text) {
        return text(allocator -> {
            ByteBuf buffer = allocator.buffer();
            buffer.writeCharSequence(text, StandardCharsets.UTF_8);
            return buffer;
        });
    }

    /** A binary message that waits its turn. */
    public static OutboundMessage binary(Function<ByteBufAllocator, ByteBuf> encoder) {
        return new OutboundMessage(true, false, encoder);
    }

    /** The same message, ahead of those that are not urgent. */
    public OutboundMessage asUrgent() {
        return new OutboundMessage(binary, true, encoder);
    }
}
