package io.agentruntime.nookplot;

import io.agentruntime.connection.SerialExecutor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/**
 * HTTP calls that nobody waits for with impatience (listing channels, fetching texts), one at a time and with a pause in
 * between, so that they leave the gateway's low limits to the calls that users make.
 */
final class BackgroundCalls {

    private final Duration pause;
    private final Scheduler timer;
    private final SerialExecutor serial = new SerialExecutor();

    // Only touched by tasks of the executor.
    private final Deque<Call<?>> waiting = new ArrayDeque<>();
    private @Nullable Call<?> running;
    private boolean started;
    private long notBefore;

    /**
     * @param pause the least time from the start of one call to the start of the next
     * @param timer where it is kept
     */
    BackgroundCalls(Duration pause, Scheduler timer) {
        this.pause = pause;
        this.timer = timer;
    }

    /** The call, when its turn has come. Cancelling takes it out of the line, or cancels it. */
    <T> Mono<T> inTurn(Mono<T> call) {
        return Mono.create(sink -> {
            Call<T> queued = new Call<>(call, sink);
            sink.onDispose(() -> serial.execute(() -> over(queued)));
            serial.execute(() -> {
                if (!queued.step.isDisposed()) { // otherwise its caller has gone before it was in line
                    waiting.add(queued);
                    pump();
                }
            });
        });
    }

    private void pump() {
        if (running != null) {
            return;
        }
        Call<?> next = waiting.poll();
        if (next == null) {
            return;
        }
        running = next;
        long wait = started ? Math.max(0, notBefore - now()) : 0;
        next.step.update(timer.schedule(() -> serial.execute(() -> start(next)), wait, TimeUnit.NANOSECONDS));
    }

    private void start(Call<?> call) {
        if (running == call) {
            started = true;
            notBefore = now() + pause.toNanos();
            call.run();
        }
    }

    /** A call has ended, or its caller has gone. */
    private void over(Call<?> call) {
        call.step.dispose();
        if (!waiting.remove(call) && running == call) {
            running = null;
            pump();
        }
    }

    /** In nanoseconds, for only then is it a clock that nobody sets. */
    private long now() {
        return timer.now(TimeUnit.NANOSECONDS);
    }

    private static final class Call<T> {

        private final Mono<T> mono;
        private final MonoSink<T> sink;
        private final Disposable.Swap step = Disposables.swap();

        private Call(Mono<T> mono, MonoSink<T> sink) {
            this.mono = mono;
            this.sink = sink;
        }

        private void run() {
            step.update(mono.contextWrite(sink.contextView()).subscribe(sink::success, sink::error, sink::success));
        }
    }
}
