package io.agentruntime.stream;

import io.agentruntime.error.Checks;
import java.util.Objects;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * How one subscriber of a hot stream is served.
 *
 * @param policy what happens when its buffer is full; default {@link OverflowPolicy#ERROR}
 * @param capacity how many elements its buffer holds; default 1024
 * @param deliverOn where its signals are delivered; default {@link Schedulers#boundedElastic()}, so that it may block. Use
 *     {@link Schedulers#immediate()} for code that never blocks: it then runs on the event loop
 */
public record StreamOptions(OverflowPolicy policy, int capacity, Scheduler deliverOn) {

    /** How many elements a buffer holds unless told otherwise. */
    public static final int DEFAULT_CAPACITY = 1024;

    public StreamOptions {
        Objects.requireNonNull(policy, "policy");
        Objects.requireNonNull(deliverOn, "deliverOn");
        Checks.atLeast("streams.capacity", capacity, 1);
    }

    /** The defaults named above. */
    public static StreamOptions defaults() {
        return new StreamOptions(OverflowPolicy.ERROR, DEFAULT_CAPACITY, Schedulers.boundedElastic());
    }

    /** The defaults with another policy. */
    public static StreamOptions of(OverflowPolicy policy) {
        return defaults().withPolicy(policy);
    }

    public StreamOptions withPolicy(OverflowPolicy other) {
        return new StreamOptions(other, capacity, deliverOn);
    }

    public StreamOptions withCapacity(int other) {
        return new StreamOptions(policy, other, deliverOn);
    }

    public StreamOptions withDeliverOn(Scheduler other) {
        return new StreamOptions(policy, capacity, other);
    }
}
