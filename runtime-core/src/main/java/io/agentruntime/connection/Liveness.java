package io.agentruntime.connection;

import io.agentruntime.error.LivenessTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * The pulse of one session: sends heartbeats on an interval, and says so when the peer has shown no sign of life within a
 * limit. Belongs to its session and is stopped with it.
 */
public final class Liveness implements Disposable {

    private final Duration interval;
    private final Duration limit;
    private final Scheduler timer;
    private final Runnable heartbeat;
    private final Consumer<LivenessTimeoutException> onSilence;
    private final Disposable.Composite running = Disposables.composite();
    private final Disposable.Swap check = Disposables.swap();
    private volatile long lastSign;
    private volatile long readingSince;
    private volatile boolean waiting;

    /**
     * @param interval how often {@code heartbeat} runs, the first time one interval after {@link #start()}
     * @param limit the longest silence of the peer
     * @param timer where both are kept
     * @param heartbeat sends the protocol's heartbeat, or a ping where heartbeats are not acknowledged, or both
     * @param onSilence called once when the limit has passed
     */
    public Liveness(
            Duration interval,
            Duration limit,
            Scheduler timer,
            Runnable heartbeat,
            Consumer<LivenessTimeoutException> onSilence) {
        this.interval = interval;
        this.limit = limit;
        this.timer = timer;
        this.heartbeat = heartbeat;
        this.onSilence = onSilence;
        this.lastSign = now();
        this.readingSince = lastSign;
        running.add(check);
    }

    /** Starts heartbeats and the watch; opening the session counts as a sign of life. */
    public void start() {
        lastSign = now();
        long millis = interval.toMillis();
        running.add(timer.schedulePeriodically(heartbeat, millis, millis, TimeUnit.MILLISECONDS));
        checkAfter(limit.toMillis());
    }

    /** Something came from the peer. Cheap: called for every frame. */
    public void signOfLife() {
        lastSign = now();
    }

    /** When something last came from the peer. */
    public Instant lastSignOfLife() {
        return Instant.ofEpochMilli(timer.now(TimeUnit.MILLISECONDS)).minusNanos(now() - lastSign);
    }

    /** While this side does not read, the peer's silence proves nothing: the watch waits, and starts anew afterwards. */
    public void reading(boolean on) {
        if (on) {
            readingSince = now();
        }
        waiting = !on;
    }

    private void check() {
        long now = now();
        long silent = waiting ? 0 : TimeUnit.NANOSECONDS.toMillis(Math.min(now - lastSign, now - readingSince));
        if (silent < limit.toMillis()) {
            checkAfter(limit.toMillis() - silent);
        } else {
            dispose();
            onSilence.accept(new LivenessTimeoutException(limit));
        }
    }

    private void checkAfter(long millis) {
        check.update(timer.schedule(this::check, millis, TimeUnit.MILLISECONDS));
    }

    /** In nanoseconds, for only then is it a clock that nobody sets. */
    private long now() {
        return timer.now(TimeUnit.NANOSECONDS);
    }

    @Override
    public void dispose() {
        running.dispose();
    }

    @Override
    public boolean isDisposed() {
        return running.isDisposed();
    }
}
