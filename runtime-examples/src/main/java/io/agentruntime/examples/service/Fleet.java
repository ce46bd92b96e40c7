package io.agentruntime.examples.service;

import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.stream.HotStream;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.telemetry.Telemetry;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The agents of this process: each a {@link NookplotRuntime} that connects, and connects again, by itself. Agents come and
 * go while it runs. Safe for use by many threads; nothing blocks.
 */
public final class Fleet {

    private static final StreamOptions EVENTS =
            StreamOptions.of(OverflowPolicy.DROP_OLDEST).withCapacity(4096).withDeliverOn(Schedulers.parallel());

    private final AgentHome home;
    private final int limit;
    private final Telemetry telemetry;
    private final Map<String, FleetMember> members = new ConcurrentHashMap<>();
    private final HotStream<FleetEvent> events = new HotStream<>("fleet", null);
    private volatile Duration work = Duration.ZERO;
    private volatile boolean closed;

    /**
     * @param home where the agents live
     * @param limit how many agents it takes at most
     * @param telemetry who watches them, all as one
     */
    public Fleet(AgentHome home, int limit, Telemetry telemetry) {
        this.home = home;
        this.limit = limit;
        this.telemetry = telemetry;
    }

    /**
     * Lets an agent connect and keeps it connected. Completes when that has begun, whether or not the gateway is there; what
     * comes of it is in {@link #events()}. Does nothing for an agent that runs; waits for one that is being stopped.
     *
     * <p>Errors: {@link UnknownAgentException}; {@link IllegalStateException} when the fleet is full or closed.
     */
    public Mono<Void> start(String agentId) {
        return Mono.defer(() -> {
            FleetMember member = members.computeIfAbsent(agentId, this::create);
            if (member.stopping()) {
                return member.stop().then(start(agentId));
            }
            member.begin();
            // The other way round in close(): one of the two sees the other.
            return closed ? member.stop().then(Mono.error(closedAlready())) : Mono.empty();
        });
    }

    /**
     * Ends an agent's connection in good order and forgets the agent. Completes when the connection is closed, at the latest
     * after the runtime's {@code closeTimeout}; never fails. Goes on when it is cancelled. Does nothing for an agent that does
     * not run.
     */
    public Mono<Void> stop(String agentId) {
        return Mono.defer(() -> {
            FleetMember member = members.get(agentId);
            return member == null ? Mono.empty() : member.stop();
        });
    }

    /** Stops every agent, and completes {@link #events()}. */
    public Mono<Void> close() {
        return Mono.defer(() -> {
                    closed = true;
                    return Flux.fromIterable(members.values())
                            .flatMap(FleetMember::stop)
                            .then();
                })
                .doFinally(signal -> events.complete());
    }

    /** What happens to the agents from now on. Hot; a subscriber that falls behind by 4096 events misses the oldest. */
    public Flux<FleetEvent> events() {
        return events.flux(EVENTS);
    }

    /** The agents as they stand now, in the order of their names. */
    public List<AgentSnapshot> agents() {
        return members.values().stream()
                .sorted(Comparator.comparing(FleetMember::id))
                .map(FleetMember::snapshot)
                .toList();
    }

    /** The runtime of an agent that runs. Errors: {@link UnknownAgentException}. */
    public Mono<NookplotRuntime> runtime(String agentId) {
        return Mono.defer(() -> {
            FleetMember member = members.get(agentId);
            return member == null || member.stopping()
                    ? Mono.error(new UnknownAgentException("No agent " + agentId + " runs here"))
                    : Mono.just(member.runtime());
        });
    }

    /** How long each agent works on a message before it takes the next; zero, the default, for no time at all. */
    public Duration work() {
        return work;
    }

    /** Makes the agents quicker or slower. Buffers fill behind slow ones, and lose the oldest when they are full. */
    public void work(Duration perMessage) {
        this.work = perMessage;
    }

    private FleetMember create(String agentId) {
        if (closed) {
            throw closedAlready();
        }
        if (members.size() >= limit) {
            throw new IllegalStateException("The fleet is full: " + limit + " agents");
        }
        NookplotRuntime runtime = home.runtime(agentId).telemetry(telemetry).build();
        events.next(new FleetEvent.Started(Instant.now(), agentId));
        return new FleetMember(agentId, runtime, home.channelId(), this::work, events::next, this::forget);
    }

    private static IllegalStateException closedAlready() {
        return new IllegalStateException("The fleet is closed");
    }

    private void forget(FleetMember member) {
        if (members.remove(member.id(), member)) {
            events.next(new FleetEvent.Stopped(Instant.now(), member.id()));
        }
    }
}
