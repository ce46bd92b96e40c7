package io.agentruntime.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import org.jspecify.annotations.Nullable;

/**
 * Puts the fragments of a message together, up to the limit. A message beyond it is skipped to its end and reported.
 *
 * <p>Fragments are copied into one growing buffer: a peer that sends a message byte by byte costs no more than its bytes.
 */
final class MessageAssembler {

    private final AbstractPipe pipe;
    private final ByteBufAllocator allocator;
    private final int limit;

    private @Nullable ByteBuf parts;
    private boolean binary;
    private boolean skipping;

    MessageAssembler(AbstractPipe pipe, ByteBufAllocator allocator) {
        this.pipe = pipe;
        this.allocator = allocator;
        this.limit = pipe.options.maxMessageBytes();
    }

    /** A text, binary or continuation frame, in an order that Netty's decoder has checked. The caller releases it. */
    void accept(WebSocketFrame frame) {
        ByteBuf content = frame.content();
        if (skipping) {
            skip(frame);
        } else if (parts != null) {
            append(parts, frame);
        } else if (content.readableBytes() > limit) {
            // Only possible for a frame that was inflated.
            startSkipping(frame);
        } else if (frame.isFinalFragment()) {
            pipe.onMessage(frame instanceof BinaryWebSocketFrame, content);
        } else {
            binary = frame instanceof BinaryWebSocketFrame;
            parts = allocator.buffer(content.readableBytes() * 2).writeBytes(content);
            pipe.onSignOfLife();
        }
    }

    private void append(ByteBuf message, WebSocketFrame frame) {
        if (message.readableBytes() + (long) frame.content().readableBytes() > limit) {
            release();
            startSkipping(frame);
            return;
        }
        message.writeBytes(frame.content());
        if (!frame.isFinalFragment()) {
            pipe.onSignOfLife();
            return;
        }
        parts = null;
        try {
            pipe.onMessage(binary, message);
        } finally {
            message.release();
        }
    }

    private void startSkipping(WebSocketFrame frame) {
        skipping = true;
        skip(frame);
    }

    private void skip(WebSocketFrame frame) {
        if (frame.isFinalFragment()) {
            skipping = false;
            pipe.onSkipped(pipe.tooLarge());
        } else {
            pipe.onSignOfLife();
        }
    }

    void release() {
        ByteBuf message = parts;
        if (message != null) {
            parts = null;
            message.release();
        }
    }
}
