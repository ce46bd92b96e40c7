package io.agentruntime.stream;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * Holds reading from the peer for as long as at least one subscriber asks for it, each for a limited time. It belongs to
 * the runtime and outlives sessions: whichever session is attached is told to stop or go on reading.
 */
public final class ReadGate {

    /** What reads from the peer. Called one at a time, never with the same value twice in a row. */
    @FunctionalInterface
    public interface Reader {
        void reading(boolean on);
    }

    private static final Reader NOBODY = on -> {};

    private final Duration maxReadPause;
    private final Scheduler timer;
    private final AtomicInteger holds = new AtomicInteger();
    private final AtomicInteger pendingChanges = new AtomicInteger();
    private volatile Reader reader = NOBODY;

    // Only touched by whoever is in applyChanges().
    private Reader appliedTo = NOBODY;
    private boolean appliedHeld;

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
        applyChanges();
        return () -> {
            if (reader == next) {
                reader = NOBODY;
                applyChanges();
            }
        };
    }

    /**
     * Holds reading until the result is disposed. After {@code maxReadPause} the hold ends by itself and {@code
     * onTooLong} is called.
     */
    Disposable hold(Runnable onTooLong) {
        Hold hold = new Hold(onTooLong);
        holds.incrementAndGet();
        applyChanges();
        hold.limit.update(timer.schedule(hold::expire, maxReadPause.toMillis(), TimeUnit.MILLISECONDS));
        return hold;
    }

    Duration maxReadPause() {
        return maxReadPause;
    }

    /** Brings the reader in line with the holds; callers on other threads leave it to the one that is at it. */
    private void applyChanges() {
        if (pendingChanges.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            Reader current = reader;
            boolean held = held();
            if (current != appliedTo) {
                appliedTo = current;
                appliedHeld = false;
            }
            if (held != appliedHeld) {
                appliedHeld = held;
                current.reading(!held);
            }
            seen = pendingChanges.addAndGet(-seen);
        } while (seen != 0);
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
            holds.decrementAndGet();
            applyChanges();
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
