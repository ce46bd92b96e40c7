package io.agentruntime.examples.service.cluster;

import java.util.function.LongSupplier;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The right to act for the agents of a slot, up to a deadline that renewals move on. Once it has run out or was ended it is
 * never held again: who gets the slot back gets another lease.
 *
 * <p>The deadline is on the clock of {@link System#nanoTime()}, which goes on while a process is stopped. So whoever asks
 * right before each send, and does not send when the answer is no, sends nothing after another process may have taken over,
 * whatever this process slept through.
 */
public final class Lease {

    private final LongSupplier nanoTime;
    private final Sinks.Empty<Void> end = Sinks.empty();
    private volatile long deadline;
    private volatile boolean over;

    Lease(LongSupplier nanoTime, long deadline) {
        this.nanoTime = nanoTime;
        this.deadline = deadline;
    }

    /** Whether it is still held, at this moment. */
    public boolean isHeld() {
        return nanosLeft() > 0;
    }

    /** How long it would last without another renewal; 0 when it is over. */
    long nanosLeft() {
        return over ? 0 : Math.max(0, deadline - nanoTime.getAsLong());
    }

    /** Moves the deadline, unless the lease is over: late news does not bring it back. */
    void extendTo(long newDeadline) {
        if (isHeld()) {
            deadline = newDeadline;
        }
    }

    /** Ends it now, if it has not ended yet. */
    void end() {
        over = true;
        end.tryEmitEmpty();
    }

    /** Completes when the lease has been ended, which is done as soon as possible after it has run out. Never fails. */
    public Mono<Void> ended() {
        return end.asMono();
    }
}
