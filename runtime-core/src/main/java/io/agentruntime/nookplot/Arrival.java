package io.agentruntime.nookplot;

import io.agentruntime.error.DecodeException;
import io.agentruntime.stream.Delivery;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is on its way to the readers of a channel: a gap, or a message as it came. It is checked and becomes an object where it
 * is read first, and that is on the reader's thread: everybody waits for the event loop.
 */
final class Arrival {

    /** Reads a message. Throws a {@link DecodeException} when it is none. */
    @FunctionalInterface
    interface Unread {
        ChannelMessage read();
    }

    /** What is left of a message that could not be read. */
    private static final Object BROKEN = new Object();

    private final Consumer<? super DecodeException> errors;

    /** An {@link Unread}; once that was read, the {@link Delivery} or {@link #BROKEN}. */
    private final AtomicReference<Object> state;

    private Arrival(Object state, Consumer<? super DecodeException> errors) {
        this.state = new AtomicReference<>(state);
        this.errors = errors;
    }

    /** @param errors is told, once, when the message turns out to be none */
    static Arrival of(Unread message, Consumer<? super DecodeException> errors) {
        return new Arrival(message, errors);
    }

    static Arrival of(Delivery.Gap<ChannelMessage> gap) {
        return new Arrival(gap, error -> {});
    }

    /** {@code null} when it is a message that cannot be read. */
    @SuppressWarnings("unchecked") // nothing else is put there
    @Nullable
    Delivery<ChannelMessage> delivery() {
        Object now = state.get();
        if (now instanceof Unread unread) {
            now = read(unread);
        }
        return now == BROKEN ? null : (Delivery<ChannelMessage>) now;
    }

    /** Readers at the same time may each read it; what the first has made of it counts. */
    private Object read(Unread unread) {
        try {
            state.compareAndSet(unread, new Delivery.Message<>(unread.read()));
        } catch (DecodeException e) {
            if (state.compareAndSet(unread, BROKEN)) {
                errors.accept(e);
            }
        }
        return Objects.requireNonNull(state.get());
    }
}
