package io.agentruntime.examples.service.cluster;

/**
 * What the processes of a cluster share. Every method may block and throw, which tells nothing of whether it had its effect.
 * All but {@link #renew} are called from one thread, always the same.
 */
interface SharedSlots {

    /** Says that this process is alive, for the length of a lease, and who else is. */
    Membership announce();

    /** Takes this process off the list of the living. */
    void leave();

    /** Takes a slot for the length of a lease, if nobody else has it. */
    boolean acquire(int slot);

    /** Has the lease of a slot begin anew, if it is still this process that holds it. For several threads at a time. */
    boolean renew(int slot);

    /** Gives a slot up, also one that was lost. */
    void release(int slot);

    /**
     * Who is alive.
     *
     * @param rank where this process stands among the living, counted from 0; they all see the same order
     * @param members how many are alive, this one included
     * @param remembersALease whether what is shared goes back for at least the length of a lease. Otherwise there may be
     *     leases of which it knows nothing any more, and nothing is to be taken
     */
    record Membership(int rank, int members, boolean remembersALease) {

        /** How many slots are this process's part. The parts of all processes make up all slots. */
        int share(int slots) {
            return slots / members + (rank < slots % members ? 1 : 0);
        }
    }
}
