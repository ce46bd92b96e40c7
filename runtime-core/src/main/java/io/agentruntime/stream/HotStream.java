package io.agentruntime.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/**
 * A hot stream: elements go to whoever is subscribed at that moment, each subscriber through a bounded buffer of its own
 * with a policy of its own.
 *
 * <p>{@link #next} may be called from any thread; elements emitted by one thread keep their order. It never blocks and
 * never throws on account of a subscriber.
 *
 * @param <T> what it carries
 */
public final class HotStream<T> {

    /** How many elements a {@link OverflowPolicy#BACKPRESSURE} buffer takes at least beyond its capacity while reading stops. */
    public static final int HOLD_SLACK = 16_384;

    private final StreamKind kind;
    private final String name;
    private final @Nullable ReadGate gate;
    private final List<BufferedSubscriber<T>> subscribers = new CopyOnWriteArrayList<>();
    private volatile boolean completed;

    /**
     * @param name for logs and {@link SubscriberStats}
     * @param gate where {@link OverflowPolicy#BACKPRESSURE} subscribers hold reading; without one they are served as
     *     {@link OverflowPolicy#ERROR}
     */
    public HotStream(String name, @Nullable ReadGate gate) {
        this(new StreamKind(name), name, gate);
    }

    /** The same, counted with others of its kind. */
    public HotStream(StreamKind kind, String name, @Nullable ReadGate gate) {
        this.kind = kind;
        this.name = name;
        this.gate = gate;
    }

    /** Gives {@code element} to every subscriber. */
    public void next(T element) {
        next(element, null);
    }

    /** Gives {@code element} to every subscriber, which learns of it at the end of the batch; at once without a batch. */
    public void next(T element, @Nullable Batch batch) {
        for (BufferedSubscriber<T> subscriber : subscribers) {
            subscriber.offer(element, batch);
        }
    }

    /** Ends the present subscribers with {@code error}, behind what is in their buffers. Later ones are served as before. */
    public void fail(Throwable error) {
        for (BufferedSubscriber<T> subscriber : subscribers) {
            subscriber.end(error);
        }
    }

    /** Completes the present subscribers behind what is in their buffers. Later ones are served as before. */
    public void end() {
        for (BufferedSubscriber<T> subscriber : subscribers) {
            subscriber.end(null);
        }
    }

    /** Completes the present subscribers behind what is in their buffers, and every later one at once. */
    public void complete() {
        completed = true;
        end();
    }

    /** Whether anybody would get the next element. */
    public boolean hasSubscribers() {
        return !subscribers.isEmpty();
    }

    /** The present subscribers. */
    public List<SubscriberStats> stats() {
        List<SubscriberStats> stats = new ArrayList<>();
        for (BufferedSubscriber<T> subscriber : subscribers) {
            stats.add(subscriber.stats());
        }
        return stats;
    }

    /** What it is counted with. */
    public StreamKind kind() {
        return kind;
    }

    /** All elements from subscription on. */
    public Flux<T> flux(StreamOptions options) {
        return flux(element -> true, options);
    }

    /** The elements that {@code wanted} accepts; the others take no room in the buffer. It runs on the emitting thread. */
    public Flux<T> flux(Predicate<? super T> wanted, StreamOptions options) {
        return new Subscriptions(wanted, options, Runnable::run, null);
    }

    /**
     * All elements from subscription on, behind {@code first}, where that is not {@code null}.
     *
     * @param serial the executor on which {@link #next} is called, so that nothing comes between {@code first} and the
     *     elements after it
     */
    public Flux<T> fluxAfter(Supplier<? extends @Nullable T> first, Executor serial, StreamOptions options) {
        return new Subscriptions(element -> true, options, serial, first);
    }

    private void addUnlessCompleted(BufferedSubscriber<T> subscriber) {
        add(subscriber);
        if (completed) {
            subscriber.end(null);
        }
    }

    void add(BufferedSubscriber<T> subscriber) {
        // In this order: as soon as it is told of anything it may end, and takes itself off both.
        kind.add(subscriber);
        subscribers.add(subscriber);
    }

    void remove(BufferedSubscriber<T> subscriber) {
        subscribers.remove(subscriber);
        kind.remove(subscriber);
    }

    /** Where a subscriber that ends takes its name off the list. */
    interface Registry<T> {
        void remove(BufferedSubscriber<T> subscriber);
    }

    private final class Subscriptions extends Flux<T> {

        private final Predicate<? super T> wanted;
        private final StreamOptions options;
        private final Executor serial;
        private final @Nullable Supplier<? extends @Nullable T> first;

        private Subscriptions(
                Predicate<? super T> wanted,
                StreamOptions options,
                Executor serial,
                @Nullable Supplier<? extends @Nullable T> first) {
            this.wanted = wanted;
            this.options = options;
            this.serial = serial;
            this.first = first;
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> actual) {
            BufferedSubscriber<T> subscriber =
                    new BufferedSubscriber<>(kind, name, actual, wanted, options, gate, HotStream.this::remove);
            actual.onSubscribe(subscriber);
            serial.execute(() -> {
                T before = first == null ? null : first.get();
                if (before != null) {
                    subscriber.offer(before, null);
                }
                subscriber.registerWith(HotStream.this::addUnlessCompleted);
            });
        }
    }
}
