package io.agentruntime.runner;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Sinks;

/** Where signals cannot be handled: the JVM's own hook, a thread that waits until the plugin has stopped, for a bounded time. */
final class ShutdownHook {

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    private ShutdownHook(Sinks.Empty<Void> stop, Duration limit) {
        this.thread = new Thread(() -> stopAndWait(stop, limit), "plugin-shutdown");
    }

    static ShutdownHook register(Sinks.Empty<Void> stop, Duration limit) {
        ShutdownHook hook = new ShutdownHook(stop, limit);
        Runtime.getRuntime().addShutdownHook(hook.thread);
        return hook;
    }

    private void stopAndWait(Sinks.Empty<Void> stop, Duration limit) {
        stop.tryEmitEmpty();
        try {
            if (!stopped.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                return; // the JVM must not wait for ever
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void release() {
        stopped.countDown();
    }

    void unregister() {
        release();
        try {
            Runtime.getRuntime().removeShutdownHook(thread);
        } catch (IllegalStateException e) {
            // The JVM is shutting down already.
        }
    }
}
