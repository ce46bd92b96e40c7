package io.agentruntime.testkit.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** What came in, the last of it kept up to a bound. Fed by effects, which come one at a time. */
public final class Recorder<T> {

    private final int limit;
    private final Deque<T> kept = new ArrayDeque<>();
    private final Sinks.Many<T> sink;

    /** Keeps so many; 0 for one, for those that subscribe later. */
    public Recorder(int limit) {
        this.limit = limit;
        this.sink = Sinks.many().replay().limit(Math.max(1, limit));
    }

    /** Adds an entry. From within an effect only. */
    public void add(T entry) {
        synchronized (kept) {
            if (limit > 0) {
                if (kept.size() == limit) {
                    kept.removeFirst();
                }
                kept.addLast(entry);
            }
        }
        // A replaying sink takes everything until it is completed; after that nobody listens any more.
        sink.tryEmitNext(entry);
    }

    /** What is kept, the oldest first. */
    public List<T> snapshot() {
        synchronized (kept) {
            return List.copyOf(kept);
        }
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
