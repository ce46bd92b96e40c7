package io.agentruntime.connection;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one at a time, in order, each on the thread of whoever finds it idle; nobody waits. What is only
 * touched by its tasks needs no other protection.
 */
public final class SerialExecutor implements Executor {

    private static final Logger log = LoggerFactory.getLogger(SerialExecutor.class);

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();

    @Override
    public void execute(Runnable task) {
        if (pending.compareAndSet(0, 1)) {
            run(task); // idle, as it nearly always is: the queue is not needed
            if (pending.compareAndSet(1, 0)) {
                return;
            }
        } else {
            tasks.add(task);
            if (pending.getAndIncrement() != 0) {
                return;
            }
        }
        drain();
    }

    /** Until the queue is empty, and not by count: idle has to mean that every task which was handed over has run. */
    private void drain() {
        int missed = 1;
        while (missed != 0) {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                run(task);
            }
            missed = pending.addAndGet(-missed);
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            // A bug of ours, or of a listener, errors included: the tasks behind it must run all the same.
            log.error("A connection task failed", e);
        }
    }
}
