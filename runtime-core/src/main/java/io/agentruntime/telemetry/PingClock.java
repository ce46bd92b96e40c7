package io.agentruntime.telemetry;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.scheduler.Scheduler;

/**
 * Times the pings of one pipe, each until the next sign of life that is no message. Where the peer pings too, that may be its
 * ping instead of the answer: then the time is too short, once in a while.
 */
final class PingClock {

    private static final long IDLE = Long.MIN_VALUE;

    private final Recorder recorder;
    private final Scheduler clock;
    private final AtomicLong asked = new AtomicLong(IDLE);

    PingClock(Recorder recorder, Scheduler clock) {
        this.recorder = recorder;
        this.clock = clock;
    }

    /** A ping goes out. One that is out already counts on. */
    void ping() {
        asked.compareAndSet(IDLE, clock.now(TimeUnit.NANOSECONDS));
    }

    void pong() {
        long since = asked.getAndSet(IDLE);
        if (since != IDLE) {
            recorder.heartbeat(Duration.ofNanos(clock.now(TimeUnit.NANOSECONDS) - since));
        }
    }
}
