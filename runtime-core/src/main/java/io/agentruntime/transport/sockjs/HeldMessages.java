package io.agentruntime.transport.sockjs;

import io.agentruntime.connection.CloseStatus;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What arrived while nobody was reading: messages, and perhaps the close behind them. */
final class HeldMessages {

    private final ArrayDeque<ByteBuf> messages = new ArrayDeque<>();
    private int bytes;
    private @Nullable CloseStatus close;

    boolean isEmpty() {
        return messages.isEmpty();
    }

    int bytes() {
        return bytes;
    }

    boolean isClosed() {
        return close != null;
    }

    /** Takes a message over. */
    void add(ByteBuf message) {
        messages.add(message);
        bytes += message.readableBytes();
    }

    /** The session was closed behind these messages. */
    void close(CloseStatus status) {
        close = status;
    }

    /** Hands out messages while they are wanted, and then the close. */
    void deliver(BooleanSupplier wanted, Consumer<ByteBuf> onMessage, Consumer<CloseStatus> onClose) {
        while (wanted.getAsBoolean() && !messages.isEmpty()) {
            ByteBuf message = messages.remove();
            bytes -= message.readableBytes();
            onMessage.accept(message);
        }
        CloseStatus status = close;
        if (status != null && messages.isEmpty()) {
            close = null;
            onClose.accept(status);
        }
    }

    void release() {
        messages.forEach(ByteBuf::release);
        messages.clear();
        bytes = 0;
        close = null;
    }
}
