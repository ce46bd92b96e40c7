package io.agentruntime.connection;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Mono;

/** Releases that run beside what follows them; each is bounded in time by who made it. */
final class Releases {

    private final Set<Mono<Void>> running = ConcurrentHashMap.newKeySet();

    /** Starts a release and keeps it until it is done. What it fails with is nobody's any more. */
    void add(Mono<Void> release) {
        Mono<Void> started = release.onErrorComplete().cache();
        running.add(started);
        started.subscribe(nothing -> {}, e -> {}, () -> running.remove(started));
    }

    /** Completes when those that run now are done. */
    Mono<Void> done() {
        return Mono.defer(() -> Mono.when(Set.copyOf(running)));
    }
}
