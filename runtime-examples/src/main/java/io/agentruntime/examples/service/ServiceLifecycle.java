package io.agentruntime.examples.service;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Flux;

/**
 * Starts the fleet when the web server is up, and stops it before the server waits for its last answers: streams to
 * viewers would keep it waiting.
 */
final class ServiceLifecycle implements SmartLifecycle {

    private final Fleet fleet;
    private final LiveFeed feed;
    private final List<String> agents;
    private final AtomicBoolean running = new AtomicBoolean();

    ServiceLifecycle(Fleet fleet, LiveFeed feed, List<String> agents) {
        this.fleet = fleet;
        this.feed = feed;
        this.agents = agents;
    }

    @Override
    public void start() {
        running.set(true);
        Flux.fromIterable(agents).concatMap(fleet::start).subscribe();
    }

    @Override
    public void stop(Runnable callback) {
        feed.close()
                .then(fleet.close())
                .doFinally(signal -> {
                    running.set(false);
                    callback.run();
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
