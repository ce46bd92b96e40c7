package io.agentruntime.stream;

import io.agentruntime.error.SlowSubscriberException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.Exceptions;
import reactor.core.publisher.Operators;

/**
 * One subscriber of a {@link HotStream}: its buffer, its policy, and the drain that serves it.
 *
 * <p>Emitting threads only ever touch the buffer and the counters. Signals are delivered by one drain at a time, on the
 * subscriber's own scheduler; {@code work} counts what the drain has not looked at yet, and whoever raises it from zero
 * starts the drain.
 */
final class BufferedSubscriber<T> implements Subscription, Runnable {

    private static final Logger log = LoggerFactory.getLogger(HotStream.class);

    private static final Disposable NO_HOLD = Disposables.disposed();

    private final StreamKind kind;
    private final String stream;
    private final CoreSubscriber<? super T> actual;
    private final Predicate<? super T> wanted;
    private final StreamOptions options;
    private final OverflowPolicy policy;
    private final int capacity;
    private final @Nullable ReadGate gate;
    private final HotStream.Registry<T> registry;

    private final Queue<T> buffer = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicInteger work = new AtomicInteger();
    private final AtomicLong requested = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicReference<Disposable> hold = new AtomicReference<>(NO_HOLD);
    private final AtomicReference<@Nullable End> end = new AtomicReference<>();
    private volatile boolean cancelled;

    BufferedSubscriber(
            StreamKind kind,
            String stream,
            CoreSubscriber<? super T> actual,
            Predicate<? super T> wanted,
            StreamOptions options,
            @Nullable ReadGate gate,
            HotStream.Registry<T> registry) {
        this.kind = kind;
        this.stream = stream;
        this.actual = actual;
        this.wanted = wanted;
        this.options = options;
        this.policy = gate == null && options.policy() == OverflowPolicy.BACKPRESSURE
                ? OverflowPolicy.ERROR
                : options.policy();
        this.capacity = policy == OverflowPolicy.LATEST ? 1 : options.capacity();
        this.gate = gate;
        this.registry = registry;
    }

    /** Registers unless it was cancelled first; a cancel that comes at the same time finds it registered and removes it. */
    void registerWith(Consumer<BufferedSubscriber<T>> list) {
        if (cancelled) {
            return;
        }
        list.accept(this);
        if (cancelled) {
            registry.remove(this);
        }
    }

    /** @param batch who wakes this subscriber up later; {@code null} for at once */
    void offer(T element, @Nullable Batch batch) {
        if (cancelled || end.get() != null || !wants(element)) {
            return;
        }
        if (size.get() >= capacity && !makeRoom(element)) {
            return;
        }
        buffer.add(element);
        int now = size.incrementAndGet();
        if (policy == OverflowPolicy.BACKPRESSURE && now >= capacity) {
            // Before the drain is asked for: the drain that follows sees the hold and ends it once there is room.
            startHold();
        }
        if (batch == null || now == capacity / 4 + 1) { // the drain goes on with those that follow
            drain();
        } else {
            batch.add(this);
        }
    }

    private boolean wants(T element) {
        try {
            return wanted.test(element);
        } catch (RuntimeException e) {
            end(e);
            return false;
        }
    }

    /** The buffer is full: whether there is, or now is, room for {@code element} all the same. */
    private boolean makeRoom(T element) {
        return switch (policy) {
            case ERROR -> {
                end(
                        new SlowSubscriberException(
                                "A subscriber of " + stream + " did not keep up: its buffer of "
                                        + capacity
                                        + " elements is full. Take less time an element, raise the capacity, or choose another overflow policy"));
                yield false;
            }
            case DROP_LATEST -> {
                drop(element);
                yield false;
            }
            case DROP_OLDEST -> {
                T oldest = poll();
                if (oldest != null) {
                    drop(oldest);
                }
                yield true;
            }
            case LATEST -> {
                T older = poll();
                if (older != null) {
                    Operators.onDiscard(older, actual.currentContext());
                }
                yield true;
            }
            case BACKPRESSURE -> {
                boolean room = size.get() < capacity + Math.max(capacity, HotStream.HOLD_SLACK);
                if (!room) {
                    end(new SlowSubscriberException("A subscriber of " + stream
                            + " did not keep up: its buffer overflowed although reading was held"));
                }
                yield room;
            }
        };
    }

    private @Nullable T poll() {
        T element = buffer.poll();
        if (element != null) {
            size.decrementAndGet();
        }
        return element;
    }

    private void drop(T element) {
        long count = dropped.incrementAndGet();
        kind.drop();
        Operators.onDiscard(element, actual.currentContext());
        if (Long.bitCount(count) == 1) { // the 1st, 2nd, 4th, 8th, ...: visible, without a flood of lines
            log.warn("A slow subscriber of {} ({}) has lost {} elements so far", stream, policy, count);
        }
    }

    /** Ends with {@code error}, or completes, behind what is in the buffer. The first end counts. */
    void end(@Nullable Throwable error) {
        if (end.compareAndSet(null, new End(error))) {
            registry.remove(this);
            endHold(); // nothing comes any more
            drain();
        }
    }

    private void startHold() {
        ReadGate held = gate;
        if (held == null || hold.get() != NO_HOLD) {
            return;
        }
        Disposable started = held.hold(() -> end(new SlowSubscriberException("A subscriber of " + stream
                + " held reading for longer than " + held.maxReadPause() + " (option 'maxReadPause')")));
        if (!hold.compareAndSet(NO_HOLD, started)) {
            started.dispose();
        }
        if (cancelled || end.get() != null) {
            endHold(); // the drain that would have ended it may have been the last
        }
    }

    private void endHoldWhenThereIsRoom() {
        if (size.get() <= capacity / 2) {
            endHold();
        }
    }

    private void endHold() {
        if (hold.get() != NO_HOLD) {
            hold.getAndSet(NO_HOLD).dispose();
        }
    }

    @Override
    public void request(long n) {
        if (Operators.validate(n)) {
            requested.accumulateAndGet(n, Operators::addCap);
            drain();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        registry.remove(this);
        endHold();
        drain();
    }

    SubscriberStats stats() {
        return new SubscriberStats(stream, policy, capacity, size.get(), dropped.get(), hold.get() != NO_HOLD);
    }

    int buffered() {
        return size.get();
    }

    double fullness() {
        return (double) size.get() / capacity;
    }

    void drain() {
        if (work.getAndIncrement() != 0) {
            return;
        }
        try {
            options.deliverOn().schedule(this);
        } catch (RejectedExecutionException e) {
            // The user's scheduler is gone: there is nowhere left to deliver to.
            cancelled = true;
            registry.remove(this);
            discardAll();
            actual.onError(e);
        }
    }

    @Override
    public void run() {
        int seen = work.get();
        do {
            if (deliver()) {
                return; // over: the count stays above zero, so that no drain ever starts again
            }
            seen = work.addAndGet(-seen);
        } while (seen != 0);
    }

    /** Delivers what is there and asked for. Whether this subscriber is done with. */
    private boolean deliver() {
        long demand = requested.get();
        long delivered = 0;
        endHoldWhenThereIsRoom(); // one that began behind the drain before this one
        while (true) {
            if (cancelled) {
                discardAll();
                return true;
            }
            End over = end.get();
            if (buffer.isEmpty()) {
                if (over == null) {
                    break;
                }
                over.signal(actual);
                return true;
            }
            if (delivered == demand) {
                break;
            }
            T element = poll();
            if (element == null) {
                continue; // dropped as the oldest in between
            }
            delivered++;
            endHoldWhenThereIsRoom();
            if (!hand(element)) {
                return true;
            }
        }
        if (delivered > 0 && demand != Long.MAX_VALUE) {
            requested.addAndGet(-delivered);
        }
        return false;
    }

    /** Hands one element over; a subscriber that throws (against the rules of Reactive Streams) ends alone. */
    private boolean hand(T element) {
        try {
            actual.onNext(element);
            return true;
        } catch (Throwable e) {
            Exceptions.throwIfJvmFatal(e);
            cancelled = true;
            registry.remove(this);
            discardAll();
            actual.onError(e);
            return false;
        }
    }

    private void discardAll() {
        endHold();
        for (T element = poll(); element != null; element = poll()) {
            Operators.onDiscard(element, actual.currentContext());
        }
    }

    private record End(@Nullable Throwable error) {
        void signal(CoreSubscriber<?> subscriber) {
            if (error == null) {
                subscriber.onComplete();
            } else {
                subscriber.onError(error);
            }
        }
    }
}
