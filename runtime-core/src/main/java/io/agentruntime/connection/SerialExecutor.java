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
        } else {
            tasks.add(task);
            if (pending.getAndIncrement() != 0) {
                return;
            }
            run(tasks.remove());
        }
        while (pending.decrementAndGet() != 0) {
            run(tasks.remove());
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
