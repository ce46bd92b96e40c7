package io.agentruntime.examples.service;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.BufferOverflowStrategy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * What a page is shown, as server-sent events: {@code snapshot}s several times a second and, one by one, {@code event}s.
 *
 * <p>All viewers share one look at the fleet, which nobody takes while nobody watches. One who is slow gets fewer
 * snapshots, and holds up nobody. Events are kept, the latest few hundred, for who comes late or comes back.
 */
final class LiveFeed {

    /** The name of an event with a {@link FleetSnapshot}. */
    static final String SNAPSHOT = "snapshot";

    /** The name of an event with a {@link FleetEvent}. */
    static final String EVENT = "event";

    private static final Duration PERIOD = Duration.ofMillis(250);
    private static final Duration COME_BACK_AFTER = Duration.ofSeconds(1);
    private static final int EVENTS_KEPT = 300;
    private static final int EVENTS_WAITING = 2 * EVENTS_KEPT;

    private record Numbered(long number, FleetEvent event) {}

    /** Tells the numbers of this run from those of another. */
    private final String run = Integer.toHexString(ThreadLocalRandom.current().nextInt());

    private final Sinks.Empty<Void> closed = Sinks.empty();
    private final Flux<ServerSentEvent<Object>> snapshots;
    private final Flux<Numbered> events;

    /**
     * @param happened what happens to the fleet
     * @param look takes a look at it
     * @param timer when looks are taken
     */
    LiveFeed(Flux<FleetEvent> happened, Supplier<FleetSnapshot> look, Scheduler timer) {
        this.snapshots = Flux.interval(Duration.ZERO, PERIOD, timer)
                .onBackpressureDrop()
                .map(tick -> ServerSentEvent.<Object>builder(look.get())
                        .event(SNAPSHOT)
                        .build())
                .share();
        this.events = happened.index(Numbered::new).replay(EVENTS_KEPT).autoConnect(0);
    }

    /**
     * The feed for one viewer, until it goes or {@link #close()}.
     *
     * @param lastSeen the id of the last event that it has seen; it gets those after it
     */
    Flux<ServerSentEvent<Object>> watch(@Nullable String lastSeen) {
        long after = numberIn(lastSeen);
        Flux<ServerSentEvent<Object>> told = events.filter(event -> event.number > after)
                .onBackpressureBuffer(EVENTS_WAITING, BufferOverflowStrategy.DROP_OLDEST)
                .map(this::written);
        // One at a time from each: what waits anywhere else than in these two buffers would be old when it is sent.
        return Flux.merge(1, told, snapshots.onBackpressureLatest()).takeUntilOther(closed.asMono());
    }

    private long numberIn(@Nullable String lastSeen) {
        if (lastSeen == null || !lastSeen.matches(run + "-\\d{1,18}")) {
            return -1;
        }
        return Long.parseLong(lastSeen.substring(run.length() + 1));
    }

    private ServerSentEvent<Object> written(Numbered numbered) {
        return ServerSentEvent.<Object>builder(numbered.event)
                .event(EVENT)
                .id(run + "-" + numbered.number)
                .retry(COME_BACK_AFTER)
                .build();
    }

    /** Ends every viewer's stream. */
    Mono<Void> close() {
        return Mono.fromRunnable(closed::tryEmitEmpty);
    }
}
