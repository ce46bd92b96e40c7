package io.agentruntime.examples.service.cluster;

import java.time.Duration;

/**
 * What follows from the length of a lease.
 *
 * @param lease how long a slot stays with a process that has fallen silent
 */
record LeaseTimes(Duration lease) {

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    /** How long a pass over the slots waits for the next: each renews every lease and looks for slots to take or give. */
    Duration pause() {
        Duration fifth = lease.dividedBy(5);
        return fifth.compareTo(LONGEST_PAUSE) < 0 ? fifth : LONGEST_PAUSE;
    }

    /**
     * How long after it asked for a lease a process relies on it: a tenth less than Redis keeps it, for clocks that run
     * differently and for what is still under way in the network.
     */
    Duration usable() {
        return lease.minus(lease.dividedBy(10));
    }

    /** The longest that the agents of a slot take to disconnect. As much of a lease is left when they have to begin. */
    Duration grace() {
        return lease.dividedBy(5);
    }

    /** The longest wait for an answer of Redis. */
    Duration answer() {
        return lease.dividedBy(10);
    }
}
