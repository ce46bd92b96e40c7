package io.agentruntime.nookplot;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Closes a runtime when the JVM shuts down. The JVM runs a hook as a thread and ends when it returns: the one place where
 * this library has a thread and waits on it, for a bounded time.
 */
final class ShutdownHook {

    private ShutdownHook() {}

    /** Registers the hook, and takes it back when the runtime is closed before. */
    static void register(NookplotRuntime runtime, Duration limit) {
        Thread hook = new Thread(() -> closeAndWait(runtime, limit), "nookplot-shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        runtime.state().then().subscribe(nothing -> {}, error -> {}, () -> unregister(hook));
    }

    private static void unregister(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is shutting down already: the hook has closed the runtime.
        }
    }

    private static void closeAndWait(NookplotRuntime runtime, Duration limit) {
        CountDownLatch closed = new CountDownLatch(1);
        runtime.close().doFinally(signal -> closed.countDown()).subscribe();
        try {
            if (!closed.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                return; // the JVM must not wait for ever
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
