package io.agentruntime.stream;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * Holds reading from the peer for as long as at least one subscriber asks for it, each for a limited time. It belongs to
 * the runtime and outlives sessions: whichever session is attached is told to stop or go on reading.
 */
public final class ReadGate {

    /** What reads from the peer. */
    @FunctionalInterface
    public interface Reader {

        /**
         * Something has changed. Called from any thread; the calls of two threads may come in either order, so that what counts
         * is what {@code wanted} says when it is asked on the thread that reads.
         */
        void reading(BooleanSupplier wanted);
    }

    private static final Reader NOBODY = wanted -> {};

    private final Duration maxReadPause;
    private final Scheduler timer;
    private final AtomicInteger holds = new AtomicInteger();
    private volatile Reader reader = NOBODY;

    /**
     * @param maxReadPause the longest that one subscriber may hold reading
     * @param timer where that limit is kept
     */
    public ReadGate(Duration maxReadPause, Scheduler timer) {
        this.maxReadPause = maxReadPause;
        this.timer = timer;
    }

    /** Whether somebody holds reading. */
    public boolean held() {
        return holds.get() > 0;
    }

    /** Puts {@code reader} in place of the one before, and tells it at once when reading is held. Dispose to detach. */
    public Disposable attach(Reader next) {
        reader = next;
        if (held()) {
            next.reading(this::wanted);
        }
        return () -> {
            if (reader == next) {
                reader = NOBODY;
            }
        };
    }

    /**
     * Holds reading until the result is disposed. After {@code maxReadPause} the hold ends by itself and {@code
     * onTooLong} is called.
     */
    Disposable hold(Runnable onTooLong) {
        Hold hold = new Hold(onTooLong);
        if (holds.getAndIncrement() == 0) {
            reader.reading(this::wanted);
        }
        hold.limit.update(timer.schedule(hold::expire, maxReadPause.toMillis(), TimeUnit.MILLISECONDS));
        return hold;
    }

    Duration maxReadPause() {
        return maxReadPause;
    }

    private boolean wanted() {
        return !held();
    }

    private final class Hold implements Disposable {

        private final AtomicBoolean ended = new AtomicBoolean();
        private final Disposable.Swap limit = Disposables.swap();
        private final Runnable onTooLong;

        private Hold(Runnable onTooLong) {
            this.onTooLong = onTooLong;
        }

        private void expire() {
            if (end()) {
                onTooLong.run();
            }
        }

        private boolean end() {
            if (!ended.compareAndSet(false, true)) {
                return false;
            }
            if (holds.decrementAndGet() == 0) {
                reader.reading(ReadGate.this::wanted);
            }
            return true;
        }

        @Override
        public void dispose() {
            limit.dispose();
            end();
        }

        @Override
        public boolean isDisposed() {
            return ended.get();
        }
    }
}
