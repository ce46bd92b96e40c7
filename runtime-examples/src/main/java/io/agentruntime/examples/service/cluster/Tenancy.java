package io.agentruntime.examples.service.cluster;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * One stay of a slot's agents in this process, from the start of its agents to the moment when the last of them has stopped.
 * It watches its lease by itself, on a timer that no call to Redis can hold up.
 */
final class Tenancy {

    private static final Logger log = LoggerFactory.getLogger(Tenancy.class);

    /** How many agents of a slot connect or disconnect at a time. */
    private static final int AT_A_TIME = 16;

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

    private final int slot;
    private final List<String> agents;
    private final AgentHost host;
    private final Lease lease;
    private final Duration grace;
    private final Scheduler timer;

    /** One at a time, so that an agent is not stopped in the middle of its start. */
    private final Scheduler agentsTurn;

    private final AtomicBoolean ending = new AtomicBoolean();
    private final Sinks.Empty<Void> quiet = Sinks.empty();
    private final Disposable.Swap starting = Disposables.swap();
    private final Disposable.Swap watch = Disposables.swap();
    private final Disposable.Swap limit = Disposables.swap();
    private volatile boolean stopped;

    Tenancy(int slot, List<String> agents, AgentHost host, Lease lease, Duration grace, KeeperThreads threads) {
        this.slot = slot;
        this.agents = agents;
        this.host = host;
        this.lease = lease;
        this.grace = grace;
        this.timer = threads.timer();
        this.agentsTurn = Schedulers.single(threads.agents());
    }

    int slot() {
        return slot;
    }

    Lease lease() {
        return lease;
    }

    /** Whether its agents are to go, or have gone. */
    boolean isEnding() {
        return ending.get();
    }

    /** Whether the last of its agents has stopped. */
    boolean isStopped() {
        return stopped;
    }

    /** Completes with {@link #isStopped()}. Never fails. */
    Mono<Void> stopped() {
        return quiet.asMono();
    }

    void begin() {
        watch();
        starting.update(
                Flux.fromIterable(agents).flatMap(this::start, AT_A_TIME).subscribe());
    }

    private Mono<Void> start(String agent) {
        return Mono.defer(() -> host.start(agent, lease))
                .subscribeOn(agentsTurn)
                .retryWhen(Retry.backoff(Long.MAX_VALUE, FIRST_RETRY)
                        .maxBackoff(LONGEST_RETRY)
                        .scheduler(agentsTurn)
                        .filter(error -> lease.isHeld())
                        .doBeforeRetry(failure -> log.warn("Agent {} did not start", agent, failure.failure())))
                .onErrorComplete();
    }

    /** Stops its agents, in good order as long as the lease lasts, and then ends the lease. Idempotent. */
    void end() {
        if (!ending.compareAndSet(false, true)) {
            return;
        }
        starting.dispose();
        limit.update(timer.schedule(this::graceIsOver, grace.toNanos(), TimeUnit.NANOSECONDS));
        Flux.fromIterable(agents)
                .flatMap(this::stop, AT_A_TIME)
                .doFinally(signal -> onStopped())
                .subscribe();
    }

    private Mono<Void> stop(String agent) {
        return Mono.defer(() -> host.stop(agent))
                .subscribeOn(agentsTurn)
                .doOnError(error -> log.warn("Agent {} did not stop in good order", agent, error))
                .onErrorComplete();
    }

    /** Stops its agents without another word to anyone: somebody else may act for them by now. */
    void cutOff() {
        lease.end();
        end();
    }

    private void graceIsOver() {
        log.warn("The agents of slot {} took more than {} to stop and are cut off", slot, grace);
        lease.end();
    }

    private void onStopped() {
        limit.dispose();
        watch.dispose();
        agentsTurn.dispose();
        stopped = true;
        lease.end();
        quiet.tryEmitEmpty();
    }

    /** Looks at the lease whenever it would come to its next point if it was not renewed. */
    private void watch() {
        long left = lease.nanosLeft();
        if (left == 0) {
            cutOff();
            return;
        }
        long untilGrace = left - grace.toNanos();
        if (untilGrace <= 0 && !isEnding()) {
            log.warn("The lease of slot {} is not being renewed: its agents disconnect", slot);
            end();
        }
        watch.update(timer.schedule(this::watch, untilGrace > 0 ? untilGrace : left, TimeUnit.NANOSECONDS));
    }
}
