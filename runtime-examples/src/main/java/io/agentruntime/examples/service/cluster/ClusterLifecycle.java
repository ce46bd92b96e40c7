package io.agentruntime.examples.service.cluster;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.scheduler.Schedulers;

/** Joins the cluster when the service is up and leaves it when it shuts down, agent by agent and slot by slot. */
final class ClusterLifecycle implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(ClusterLifecycle.class);

    private final String node;
    private final SlotKeeper keeper;
    private final RedisSlots slots;
    private final KeeperThreads threads;
    private final AtomicBoolean running = new AtomicBoolean();

    ClusterLifecycle(String node, SlotKeeper keeper, RedisSlots slots, KeeperThreads threads) {
        this.node = node;
        this.keeper = keeper;
        this.slots = slots;
        this.threads = threads;
    }

    @Override
    public void start() {
        if (running.compareAndSet(false, true)) {
            log.info("{} joins the cluster", node);
            keeper.start();
        }
    }

    @Override
    public void stop(Runnable callback) {
        keeper.leave()
                .doFinally(signal -> {
                    log.info("{} has left the cluster", node);
                    running.set(false);
                    // Not on one of them.
                    Schedulers.boundedElastic().schedule(() -> {
                        slots.close();
                        threads.close();
                        callback.run();
                    });
                })
                .subscribe();
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public boolean isRunning() {
        return running.get();
    }
}
