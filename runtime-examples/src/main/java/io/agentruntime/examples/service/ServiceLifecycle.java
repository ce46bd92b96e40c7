package io.agentruntime.examples.service;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Starts the fleet when the web server is up, and stops it before the server waits for its last answers: streams to
 * viewers would keep it waiting.
 */
final class ServiceLifecycle implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(ServiceLifecycle.class);

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
        Flux.fromIterable(agents).concatMap(this::startOrSay).subscribe();
    }

    /** One that cannot be started leaves the others alone. */
    private Mono<Void> startOrSay(String agent) {
        return fleet.start(agent).onErrorResume(error -> {
            log.warn("Agent {} is not started: {}", agent, error.toString());
            return Mono.empty();
        });
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
