package io.agentruntime.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/**
 * A hot stream of all elements, and one of each key's. An element whose key nobody wants costs one look-up.
 *
 * <p>A key's stream exists while it has subscribers, so that keys that came and went take no memory.
 *
 * @param <K> what elements are told apart by
 * @param <T> what it carries
 */
public final class KeyedStreams<K, T> {

    private final StreamKind kind;
    private final String name;
    private final @Nullable ReadGate gate;
    private final HotStream<T> all;
    private final ConcurrentMap<K, HotStream<T>> byKey = new ConcurrentHashMap<>();
    private volatile boolean completed;

    /** See {@link HotStream#HotStream(String, ReadGate)}. */
    public KeyedStreams(String name, @Nullable ReadGate gate) {
        this(new StreamKind(name), name, gate);
    }

    /** The same, counted with others of its kind. */
    public KeyedStreams(StreamKind kind, String name, @Nullable ReadGate gate) {
        this.kind = kind;
        this.name = name;
        this.gate = gate;
        this.all = new HotStream<>(kind, name, gate);
    }

    /** Gives {@code element} to the subscribers of all elements and to those of {@code key}. */
    public void next(K key, T element) {
        next(key, element, null);
    }

    /** The same in a batch: see {@link HotStream#next(Object, Batch)}. */
    public void next(K key, T element, @Nullable Batch batch) {
        all.next(element, batch);
        HotStream<T> stream = byKey.get(key);
        if (stream != null) {
            stream.next(element, batch);
        }
    }

    /** Whether anybody would get an element of {@code key}. */
    public boolean wanted(K key) {
        return all.hasSubscribers() || byKey.containsKey(key);
    }

    /** Whether anybody would get an element of any key. */
    public boolean wanted() {
        return all.hasSubscribers() || !byKey.isEmpty();
    }

    /** The keys that somebody is subscribed to. */
    public List<K> keys() {
        return List.copyOf(byKey.keySet());
    }

    /** Ends the present subscribers with {@code error}; later ones are served as before. */
    public void fail(Throwable error) {
        all.fail(error);
        byKey.values().forEach(stream -> stream.fail(error));
    }

    /** Completes the present subscribers; later ones are served as before. */
    public void end() {
        all.end();
        byKey.values().forEach(HotStream::end);
    }

    /** Completes present and later subscribers. */
    public void complete() {
        completed = true;
        all.complete();
        byKey.values().forEach(HotStream::complete);
    }

    /** What its streams are counted with. */
    public StreamKind kind() {
        return kind;
    }

    /** The elements of every key. */
    public Flux<T> all(StreamOptions options) {
        return all.flux(options);
    }

    /** The elements of one key. */
    public Flux<T> of(K key, StreamOptions options) {
        return new OneKey(key, options);
    }

    /** The present subscribers of all streams. */
    public List<SubscriberStats> stats() {
        List<SubscriberStats> stats = new ArrayList<>(all.stats());
        byKey.values().forEach(stream -> stats.addAll(stream.stats()));
        return stats;
    }

    private void add(K key, BufferedSubscriber<T> subscriber) {
        byKey.compute(key, (k, stream) -> {
            HotStream<T> present = stream == null ? new HotStream<>(kind, name + " of " + k, gate) : stream;
            present.add(subscriber);
            return present;
        });
        if (completed) {
            subscriber.end(null);
        }
    }

    private void remove(K key, BufferedSubscriber<T> subscriber) {
        byKey.computeIfPresent(key, (k, stream) -> {
            stream.remove(subscriber);
            return stream.hasSubscribers() ? stream : null;
        });
    }

    private final class OneKey extends Flux<T> {

        private final K key;
        private final StreamOptions options;

        private OneKey(K key, StreamOptions options) {
            this.key = key;
            this.options = options;
        }

        @Override
        public void subscribe(CoreSubscriber<? super T> actual) {
            BufferedSubscriber<T> subscriber = new BufferedSubscriber<>(
                    kind, name + " of " + key, actual, element -> true, options, gate, ended -> remove(key, ended));
            actual.onSubscribe(subscriber);
            subscriber.registerWith(registered -> add(key, registered));
        }
    }
}
