package io.agentruntime.codebolt;

import io.agentruntime.connection.SerialExecutor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Runs tasks in lanes: those of one lane in order and one at a time, lanes side by side with a bound. When there are more
 * lanes than may run, they take turns.
 *
 * @param <K> what tells lanes apart
 */
final class Lanes<K> {

    private final int width;
    private final SerialExecutor serial = new SerialExecutor();

    private volatile boolean closed;

    // Only touched by tasks of serial.
    private final Map<K, Deque<Job<?>>> lanes = new HashMap<>();
    private final Deque<Deque<Job<?>>> ready = new ArrayDeque<>();
    private int running;

    /** @param width how many lanes run side by side */
    Lanes(int width) {
        this.width = width;
    }

    /**
     * Takes its place in the lane at subscription; cancelling gives it up. Emits what the task emits.
     *
     * @param task must not block when it is subscribed
     */
    <T> Mono<T> run(K lane, Mono<T> task) {
        return Mono.create(sink -> {
            Job<T> job = new Job<>(task, sink);
            serial.execute(() -> enter(lane, job));
            sink.onDispose(() -> serial.execute(() -> leave(lane, job)));
        });
    }

    /** Starts nothing any more: what is cancelled one by one must not give way to the next. */
    void close() {
        closed = true;
    }

    private void enter(K key, Job<?> job) {
        Deque<Job<?>> lane = lanes.computeIfAbsent(key, k -> new ArrayDeque<>());
        lane.add(job);
        if (lane.size() == 1) {
            ready.add(lane);
        }
        startThoseWhoseTurnItIs();
    }

    private void leave(K key, Job<?> job) {
        Deque<Job<?>> lane = lanes.get(key);
        if (lane == null || !lane.contains(job)) {
            return;
        }
        job.subscription.dispose();
        boolean first = lane.peek() == job;
        lane.remove(job);
        if (first) {
            if (job.started) {
                running--;
            } else {
                ready.remove(lane);
            }
            if (lane.isEmpty()) {
                lanes.remove(key);
            } else {
                ready.add(lane);
            }
        }
        startThoseWhoseTurnItIs();
    }

    private void startThoseWhoseTurnItIs() {
        while (!closed && running < width && !ready.isEmpty()) {
            running++;
            ready.remove().element().start();
        }
    }

    private static final class Job<T> {

        private final Mono<T> task;
        private final MonoSink<T> sink;
        private final Disposable.Swap subscription = Disposables.swap();
        private boolean started;

        private Job(Mono<T> task, MonoSink<T> sink) {
            this.task = task;
            this.sink = sink;
        }

        private void start() {
            started = true;
            subscription.update(
                    task.contextWrite(sink.contextView()).subscribe(sink::success, sink::error, sink::success));
        }
    }
}
