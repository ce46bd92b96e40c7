package io.agentruntime.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Operators;

/**
 * One message of an {@link OutboundQueue}, which is its subscription at the same time: one object a message.
 *
 * <table>
 * <caption>States; whoever makes the transition owns the payload from then on</caption>
 * <tr><td>NEW</td><td>{@code ->} QUEUED</td><td>encoded and accepted, by the subscribing thread</td></tr>
 * <tr><td>QUEUED</td><td>{@code ->} TAKEN</td><td>to be written or failed, by the drain</td></tr>
 * <tr><td>NEW, QUEUED</td><td>{@code ->} CANCELLED</td><td>by the subscriber</td></tr>
 * </table>
 */
final class OutboundEntry implements Subscription {

    private static final int NEW = 0;
    private static final int QUEUED = 1;
    private static final int TAKEN = 2;
    private static final int CANCELLED = 3;

    private static final AtomicIntegerFieldUpdater<OutboundEntry> STATE =
            AtomicIntegerFieldUpdater.newUpdater(OutboundEntry.class, "state");

    final boolean binary;
    final boolean urgent;

    private final OutboundQueue queue;
    private final CoreSubscriber<? super Void> actual;
    private volatile int state = NEW;
    private @Nullable ByteBuf payload;
    private int size;

    OutboundEntry(OutboundQueue queue, CoreSubscriber<? super Void> actual, boolean binary, boolean urgent) {
        this.queue = queue;
        this.actual = actual;
        this.binary = binary;
        this.urgent = urgent;
    }

    /** Encodes the message and queues it, or fails. */
    void offer(Function<ByteBufAllocator, ByteBuf> encoder) {
        actual.onSubscribe(this);
        Throwable ended = queue.end();
        if (state == CANCELLED) {
            return;
        }
        if (ended != null) {
            failNew(ended);
            return;
        }
        ByteBuf encoded;
        try {
            encoded = Objects.requireNonNull(encoder.apply(queue.allocator()), "The encoder gave no buffer");
        } catch (Throwable t) {
            Exceptions.throwIfFatal(t);
            failNew(t);
            return;
        }
        size = encoded.readableBytes();
        Throwable refused = queue.charge(size, urgent);
        if (refused != null) {
            encoded.release();
            failNew(refused);
            return;
        }
        payload = encoded;
        if (STATE.compareAndSet(this, NEW, QUEUED)) {
            queue.enqueue(this);
        } else {
            queue.discharge(size);
            encoded.release();
        }
    }

    /** Queues a marker: it completes when all before it is written. */
    void offerMarker() {
        actual.onSubscribe(this);
        if (STATE.compareAndSet(this, NEW, QUEUED)) {
            queue.enqueue(this);
        }
    }

    boolean isMarker() {
        return payload == null;
    }

    boolean isCancelled() {
        return state == CANCELLED;
    }

    /** Makes the drain the owner; false when it was cancelled. */
    boolean take() {
        if (!STATE.compareAndSet(this, QUEUED, TAKEN)) {
            return false;
        }
        if (payload != null) {
            queue.discharge(size);
        }
        return true;
    }

    ByteBuf payload() {
        return Objects.requireNonNull(payload);
    }

    void complete() {
        try {
            actual.onComplete();
        } catch (Throwable t) {
            // A subscriber that breaks the rules must not stop the drain for the others.
            Exceptions.throwIfJvmFatal(t);
            Operators.onErrorDropped(t, actual.currentContext());
        }
    }

    void fail(Throwable error) {
        try {
            actual.onError(error);
        } catch (Throwable t) {
            Exceptions.throwIfJvmFatal(t);
            Operators.onErrorDropped(t, actual.currentContext());
        }
    }

    private void failNew(Throwable error) {
        if (STATE.compareAndSet(this, NEW, TAKEN)) {
            actual.onError(error);
        }
    }

    @Override
    public void request(long n) {
        Operators.validate(n);
    }

    @Override
    public void cancel() {
        if (STATE.compareAndSet(this, NEW, CANCELLED)) {
            return;
        }
        if (STATE.compareAndSet(this, QUEUED, CANCELLED)) {
            ByteBuf buffer = payload;
            if (buffer != null) {
                queue.discharge(size);
                buffer.release();
            }
            queue.onCancelled();
        }
    }
}
