package io.agentruntime.stream;

/** What happens to a new element when a subscriber's buffer is full. Only that subscriber notices. */
public enum OverflowPolicy {

    /**
     * The subscriber gets what is in its buffer, then a {@link io.agentruntime.error.SlowSubscriberException}. The
     * default: nothing is lost without being told.
     */
    ERROR,

    /** The oldest element in the buffer is dropped, counted and logged. */
    DROP_OLDEST,

    /** The new element is dropped, counted and logged. */
    DROP_LATEST,

    /** Only the newest element is kept, whatever the capacity: for snapshots, of which none but the present one matters. */
    LATEST,

    /**
     * Reading from the peer is held until half the buffer is free again, which slows every subscriber of the connection.
     * Held longer than the gate's limit, the subscriber gets a {@link io.agentruntime.error.SlowSubscriberException} and
     * reading goes on. What had been read before the hold is kept, up to as much again as the buffer and at least {@link
     * HotStream#HOLD_SLACK} elements.
     */
    BACKPRESSURE
}
