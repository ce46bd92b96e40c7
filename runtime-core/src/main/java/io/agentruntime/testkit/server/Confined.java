package io.agentruntime.testkit.server;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Confines a server's books to one thread at a time, while every call of a test still answers at once.
 *
 * <p>A change runs inside a monitor that guards memory only. Whatever it wants to do to the world outside (write a
 * frame, tell a subscriber) it leaves as an effect. Effects run after the monitor was left, one at a time, in the order
 * of the changes that caused them, on whichever calling thread gets there first. So no I/O and no foreign code ever runs
 * under the monitor, a change made from within an effect cannot see half-made state, and frames keep their order.
 */
public final class Confined {

    private static final Logger log = LoggerFactory.getLogger(Confined.class);

    private final Object monitor = new Object();
    private final Queue<Runnable> effects = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();

    /** Runs a change, then the effects that wait. */
    public <T> T get(Supplier<T> change) {
        T result;
        synchronized (monitor) {
            result = change.get();
        }
        drain();
        return result;
    }

    /** Runs a change, then the effects that wait. */
    public void run(Runnable change) {
        synchronized (monitor) {
            change.run();
        }
        drain();
    }

    /** Leaves an effect for after the running change. To be called from within a change only. */
    public void effect(Runnable effect) {
        if (!Thread.holdsLock(monitor)) {
            throw new IllegalStateException("An effect belongs to a change");
        }
        effects.add(effect);
    }

    private void drain() {
        // A change inside a change leaves its effects to the outer one.
        if (Thread.holdsLock(monitor) || pending.getAndIncrement() != 0) {
            return;
        }
        int missed = 1;
        do {
            for (Runnable effect = effects.poll(); effect != null; effect = effects.poll()) {
                try {
                    effect.run();
                } catch (RuntimeException e) {
                    log.warn("An effect of an embedded server failed", e);
                }
            }
            missed = pending.addAndGet(-missed);
        } while (missed != 0);
    }
}
