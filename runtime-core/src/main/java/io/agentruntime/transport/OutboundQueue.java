package io.agentruntime.transport;

import io.agentruntime.error.OutboundOverflowException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.util.concurrent.Queues;

/**
 * Messages on their way to one socket. Any thread may send; one thread drains, with one flush a batch, and only while
 * the socket has room. So all but the socket's window waits here, where an urgent message still overtakes it.
 *
 * <p>Producers meet the drain in one lock-free inbox. The drain sorts it into two lanes that only its thread touches,
 * which is what lets it take cancelled messages out of the middle.
 */
final class OutboundQueue {

    /** The socket, as far as the queue knows it. All but {@link #execute} is called by the drain only. */
    interface Sink {

        /** Whether the socket has room for another message. */
        boolean writable();

        /** Takes over the payload, also when it throws. */
        void write(boolean binary, ByteBuf payload);

        void flush();

        /** Runs a task on the thread that drains, after the running one; may throw {@link RejectedExecutionException}. */
        void execute(Runnable task);
    }

    /** After so many full windows the drain lets its thread do other things, such as reading. */
    private static final int ROUNDS = 4;

    /** What an entry costs besides its payload, so that empty messages are bounded too. */
    private static final int OVERHEAD = 64;

    /** Cancelled entries are left in their lane until there are this many, and more than half of all. */
    private static final int SWEEP = 1024;

    // The load is one number, messages above and bytes below, so that one atomic operation changes both.
    private static final int BYTES = 40;
    private static final long ONE = 1L << BYTES;

    private final Sink sink;
    private final ByteBufAllocator allocator;
    private final long maxBytes;
    private final Runnable drainLoop = this::drainLoop;

    private final Queue<OutboundEntry> inbox =
            Queues.<OutboundEntry>unboundedMultiproducer().get();
    private final AtomicInteger wip = new AtomicInteger();
    private final AtomicLong load = new AtomicLong();
    private final AtomicInteger cancelled = new AtomicInteger();
    private volatile @Nullable Throwable end;

    // Touched by the drain only.
    private final ArrayDeque<OutboundEntry> urgent = new ArrayDeque<>();
    private final ArrayDeque<OutboundEntry> normal = new ArrayDeque<>();
    private final ArrayDeque<OutboundEntry> written = new ArrayDeque<>();

    OutboundQueue(Sink sink, ByteBufAllocator allocator, long maxBytes) {
        this.sink = sink;
        this.allocator = allocator;
        this.maxBytes = maxBytes;
    }

    /** See {@link Pipe#send}. */
    Mono<Void> send(OutboundMessage message) {
        return new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Void> actual) {
                new OutboundEntry(OutboundQueue.this, actual, message.binary(), message.urgent())
                        .offer(message.encoder());
            }
        };
    }

    /** See {@link Pipe#flushed()}. */
    Mono<Void> flushed() {
        return new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Void> actual) {
                new OutboundEntry(OutboundQueue.this, actual, false, false).offerMarker();
            }
        };
    }

    long queuedBytes() {
        return load.get() & (ONE - 1);
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    @Nullable
    Throwable end() {
        return end;
    }

    /** From now on everything queued, and everything sent later, fails with this error. The first one counts. */
    void end(Throwable error) {
        if (end == null) {
            end = error;
            drain();
        }
    }

    /** Has the drain run soon: something was queued, or the socket has room again. */
    void drain() {
        if (wip.getAndIncrement() == 0) {
            schedule();
        }
    }

    private void schedule() {
        try {
            sink.execute(drainLoop);
        } catch (RejectedExecutionException e) {
            // Its thread is gone, and the socket with it: nothing drains at the same time, nothing can be sent.
            if (end == null) {
                end = e;
            }
            drainLoop();
        }
    }

    /** Counts a message in; returns the error when there is no room for it. */
    @Nullable
    Throwable charge(int size, boolean beyondLimit) {
        for (; ; ) {
            long now = load.get();
            long queued = (now & (ONE - 1)) + (now >>> BYTES) * OVERHEAD;
            if (!beyondLimit && queued + size + OVERHEAD > maxBytes) {
                return new OutboundOverflowException(maxBytes);
            }
            if (load.compareAndSet(now, now + ONE + size)) {
                return null;
            }
        }
    }

    void discharge(int size) {
        load.addAndGet(-(ONE + size));
    }

    void enqueue(OutboundEntry entry) {
        inbox.offer(entry);
        drain();
    }

    void onCancelled() {
        if (cancelled.incrementAndGet() % SWEEP == 0) {
            drain();
        }
    }

    private void drainLoop() {
        int missed = wip.get();
        int rounds = 0;
        for (; ; ) {
            sortInbox();
            Throwable error = end;
            if (error != null) {
                failAll(error);
            } else if (writeBatch()) {
                // The flush made room at once. Go on, but not for ever.
                if (++rounds == ROUNDS) {
                    schedule();
                    return;
                }
                continue;
            }
            missed = wip.addAndGet(-missed);
            if (missed == 0) {
                return;
            }
        }
    }

    private void sortInbox() {
        for (OutboundEntry entry = inbox.poll(); entry != null; entry = inbox.poll()) {
            (entry.urgent ? urgent : normal).add(entry);
        }
        if (cancelled.get() >= SWEEP && cancelled.get() > (urgent.size() + normal.size()) / 2) {
            urgent.removeIf(this::sweep);
            normal.removeIf(this::sweep);
        }
    }

    private boolean sweep(OutboundEntry entry) {
        boolean gone = entry.isCancelled();
        if (gone) {
            cancelled.decrementAndGet();
        }
        return gone;
    }

    /** Writes while there is room, flushes once, completes what was written; true when there is more and room for it. */
    private boolean writeBatch() {
        boolean flush = false;
        boolean more = false;
        for (OutboundEntry entry = next(); entry != null; entry = next()) {
            // A marker needs no room: what was before it has been written.
            if (!entry.isMarker() && !sink.writable()) {
                more = true;
                break;
            }
            remove(entry);
            if (!entry.take()) {
                cancelled.decrementAndGet();
                continue;
            }
            if (entry.isMarker()) {
                written.add(entry);
            } else {
                flush |= write(entry);
            }
        }
        if (flush) {
            sink.flush();
        }
        for (OutboundEntry entry = written.poll(); entry != null; entry = written.poll()) {
            entry.complete();
        }
        return more && sink.writable();
    }

    private boolean write(OutboundEntry entry) {
        try {
            sink.write(entry.binary, entry.payload());
            written.add(entry);
            return true;
        } catch (RuntimeException e) {
            entry.fail(e);
            return false;
        }
    }

    private @Nullable OutboundEntry next() {
        OutboundEntry first = urgent.peek();
        return first != null ? first : normal.peek();
    }

    private void remove(OutboundEntry entry) {
        (entry.urgent ? urgent : normal).poll();
    }

    private void failAll(Throwable error) {
        for (OutboundEntry entry = next(); entry != null; entry = next()) {
            remove(entry);
            if (!entry.take()) {
                cancelled.decrementAndGet();
            } else if (entry.isMarker()) {
                entry.complete();
            } else {
                entry.payload().release();
                entry.fail(error);
            }
        }
    }
}
