package io.agentruntime.testkit.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * What came in, the last of it kept up to a bound. An entry belongs to the change that it is added by: whoever asks after the
 * change finds it, though the effects of the change may still wait for another thread.
 */
public final class Recorder<T> {

    private final Confined confined;
    private final int limit;
    private final Deque<T> kept = new ArrayDeque<>();
    private final Sinks.Many<T> sink;

    /** Keeps so many; 0 for one, for those that subscribe later. */
    public Recorder(Confined confined, int limit) {
        this.confined = confined;
        this.limit = limit;
        this.sink = Sinks.many().replay().limit(Math.max(1, limit));
    }

    /** Adds an entry, and leaves it as an effect to tell of it. From within a change only. */
    public void add(T entry) {
        // A replaying sink takes everything until it is completed; after that nobody listens any more.
        confined.effect(() -> sink.tryEmitNext(entry));
        if (limit > 0) {
            if (kept.size() == limit) {
                kept.removeFirst();
            }
            kept.addLast(entry);
        }
    }

    /** What is kept, the oldest first. */
    public List<T> snapshot() {
        return confined.get(() -> List.copyOf(kept));
    }

    /** What is kept, then each as it comes; completes at {@link #complete()}. */
    public Flux<T> flux() {
        return sink.asFlux();
    }

    /** Nothing follows. */
    public void complete() {
        sink.tryEmitComplete();
    }
}
