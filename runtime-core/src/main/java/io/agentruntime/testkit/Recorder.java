package io.agentruntime.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** What came in, the last of it kept up to a bound. Fed by effects, which come one at a time. */
final class Recorder<T> {

    private final int limit;
    private final Deque<T> kept = new ArrayDeque<>();
    private final Sinks.Many<T> sink;
    private long total;

    Recorder(int limit) {
        this.limit = limit;
        this.sink = Sinks.many().replay().limit(Math.max(1, limit));
    }

    void add(T entry) {
        synchronized (kept) {
            total++;
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

    List<T> snapshot() {
        synchronized (kept) {
            return List.copyOf(kept);
        }
    }

    long total() {
        synchronized (kept) {
            return total;
        }
    }

    Flux<T> flux() {
        return sink.asFlux();
    }

    void complete() {
        sink.tryEmitComplete();
    }
}
