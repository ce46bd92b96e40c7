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

    /** From when on the peer's silence counts. */
    public enum Watch {
        /** From the last sign of life: for heartbeats that nothing answers. */
        SINCE_LAST_SIGN,
        /** From the first heartbeat after the last sign of life: for a peer that answers each of them. */
        SINCE_HEARTBEAT
    }

    private final Duration interval;
    private final Duration limit;
    private final Watch watch;
    private final Scheduler timer;
    private final Runnable heartbeat;
    private final Consumer<LivenessTimeoutException> onSilence;
    private final Disposable.Composite running = Disposables.composite();
    private final Disposable.Swap check = Disposables.swap();
    private volatile long lastSign;
    private volatile long readingSince;
    private volatile long askedAt;
    private volatile long checkDue;
    private volatile long excused;
    private volatile boolean waiting;

    /** The peer's silence counts from its last sign of life. */
    public Liveness(
            Duration interval,
            Duration limit,
            Scheduler timer,
            Runnable heartbeat,
            Consumer<LivenessTimeoutException> onSilence) {
        this(interval, limit, Watch.SINCE_LAST_SIGN, timer, heartbeat, onSilence);
    }

    /**
     * @param interval how often {@code heartbeat} runs, the first time one interval after {@link #start()}
     * @param limit the longest silence of the peer; what this process stood still itself comes on top, up to as long again
     * @param watch from when on it counts
     * @param timer where both are kept
     * @param heartbeat sends the protocol's heartbeat, or a ping where heartbeats are not acknowledged, or both
     * @param onSilence called once when the limit has passed
     */
    public Liveness(
            Duration interval,
            Duration limit,
            Watch watch,
            Scheduler timer,
            Runnable heartbeat,
            Consumer<LivenessTimeoutException> onSilence) {
        this.interval = interval;
        this.limit = limit;
        this.watch = watch;
        this.timer = timer;
        this.heartbeat = heartbeat;
        this.onSilence = onSilence;
        this.lastSign = now();
        this.readingSince = lastSign;
        this.askedAt = lastSign;
        this.excused = lastSign - 1;
        running.add(check);
    }

    /** Starts heartbeats and the watch; opening the session counts as a sign of life. */
    public void start() {
        lastSign = now();
        long millis = interval.toMillis();
        running.add(timer.schedulePeriodically(this::beat, millis, millis, TimeUnit.MILLISECONDS));
        if (watch == Watch.SINCE_LAST_SIGN) {
            checkAfter(limit.toMillis());
        }
    }

    private void beat() {
        if (watch == Watch.SINCE_HEARTBEAT && answered()) {
            askedAt = now();
            checkAfter(limit.toMillis());
        }
        heartbeat.run();
    }

    private boolean answered() {
        return lastSign - askedAt >= 0;
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
        if (watch == Watch.SINCE_HEARTBEAT && answered()) {
            return; // the next heartbeat sets the next check
        }
        long now = now();
        long since = watch == Watch.SINCE_HEARTBEAT ? askedAt : lastSign;
        long silent = waiting ? 0 : TimeUnit.NANOSECONDS.toMillis(Math.min(now - since, now - readingSince));
        long late = TimeUnit.NANOSECONDS.toMillis(now - checkDue);
        if (silent < limit.toMillis()) {
            checkAfter(limit.toMillis() - silent);
        } else if (late > 0 && excused != since) {
            // This process stood still: what the peer sent meanwhile may not have been read yet.
            excused = since; // once, or a timer that is always late would never find anything
            checkAfter(Math.min(late, limit.toMillis()));
        } else {
            dispose();
            onSilence.accept(new LivenessTimeoutException(limit));
        }
    }

    private void checkAfter(long millis) {
        checkDue = now() + TimeUnit.MILLISECONDS.toNanos(millis);
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
