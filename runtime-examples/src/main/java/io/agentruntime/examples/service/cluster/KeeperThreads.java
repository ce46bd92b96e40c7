package io.agentruntime.examples.service.cluster;

import java.util.concurrent.Executors;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * What a {@link SlotKeeper} works on.
 *
 * @param worker one thread, always the same, because the registry's locks belong to a thread; it may block
 * @param renewers threads for renewals, which may block
 * @param agents where agents are started and stopped; the first of them loads classes, and so may block too
 * @param timer where leases are watched; nothing on it blocks
 */
record KeeperThreads(Scheduler worker, Scheduler renewers, Scheduler agents, Scheduler timer) {

    static final int RENEWALS_AT_A_TIME = 8;

    /** Threads of its own for what blocks on Redis, Reactor's shared ones for the rest. */
    static KeeperThreads create(int slots) {
        return new KeeperThreads(
                Schedulers.fromExecutorService(Executors.newSingleThreadScheduledExecutor(task -> {
                    Thread thread = new Thread(task, "slots");
                    thread.setDaemon(true);
                    return thread;
                })),
                Schedulers.newBoundedElastic(RENEWALS_AT_A_TIME, slots, "slot-renewals"),
                Schedulers.boundedElastic(),
                Schedulers.parallel());
    }

    /** Ends its own. */
    void close() {
        worker.dispose();
        renewers.dispose();
    }
}
