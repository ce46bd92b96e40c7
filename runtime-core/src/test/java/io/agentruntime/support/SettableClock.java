package io.agentruntime.support;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/** A scheduler whose time of day somebody sets while it runs, as happens to machines. */
public final class SettableClock implements Scheduler {

    private final Scheduler time;
    private volatile long setByMillis;
    private volatile Duration stoodStill = Duration.ZERO;

    public SettableClock(Scheduler time) {
        this.time = time;
    }

    /** From now on the time of day differs by {@code offset} from what it was made with. */
    public void setBy(Duration offset) {
        setByMillis = offset.toMillis();
    }

    /** From now on its clocks have gone on so long while none of its tasks ran, as when a process is stopped. */
    public void standStill(Duration time) {
        stoodStill = time;
    }

    /** As Reactor has it: nanoseconds are of a clock that only runs, anything coarser is the time of day. */
    @Override
    public long now(TimeUnit unit) {
        long now = unit.compareTo(TimeUnit.MILLISECONDS) < 0
                ? time.now(unit)
                : unit.convert(time.now(TimeUnit.MILLISECONDS) + setByMillis, TimeUnit.MILLISECONDS);
        return now + unit.convert(stoodStill);
    }

    @Override
    public Disposable schedule(Runnable task) {
        return time.schedule(task);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        return time.schedule(task, delay, unit);
    }

    @Override
    public Disposable schedulePeriodically(Runnable task, long delay, long period, TimeUnit unit) {
        return time.schedulePeriodically(task, delay, period, unit);
    }

    @Override
    public Worker createWorker() {
        return time.createWorker();
    }
}
