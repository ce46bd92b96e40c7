package io.agentruntime.examples.service.cluster;

import io.agentruntime.examples.service.cluster.SharedSlots.Membership;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Holds this process's share of the slots and runs the agents that belong to them. Once a second, or more often when leases
 * are short, it announces itself, renews what it holds, gives up what is more than its share and takes what is free.
 *
 * <p>A slot's life here: <em>taken</em> (its agents start), <em>ending</em> (they stop, still under the lease), its lease
 * <em>over</em> (nothing is sent any more, the slot is given back), <em>gone</em>. A slot that was not renewed in time ends
 * before its lease does; one that was lost, or slept through, is over at once.
 *
 * <p>What is held is changed on one thread only, see {@link KeeperThreads}.
 */
final class SlotKeeper {

    private static final Logger log = LoggerFactory.getLogger(SlotKeeper.class);

    private static final int PASSES_TO_TAKE_ALL = 4;

    private final int slots;
    private final Map<Integer, List<String>> agents;
    private final SharedSlots shared;
    private final AgentHost host;
    private final LeaseTimes times;
    private final KeeperThreads threads;
    private final LongSupplier nanoTime;
    private final Random random;

    /** Changed on the worker only. A slot is here until it was given back and its agents have stopped. */
    private final Map<Integer, Tenancy> tenancies = new ConcurrentSkipListMap<>();

    private final Sinks.Empty<Void> gone = Sinks.empty();
    /** Those of them that are not this process's any more. */
    private final Set<Integer> givenBack = new HashSet<>();

    /** How many nanoseconds that has taken since the last renewals. */
    private long givingBack;

    private boolean away;
    private boolean waiting;
    private boolean leaving;

    /**
     * Not started yet.
     *
     * @param nanoTime a clock that goes on while this process is stopped
     * @param random the order in which free slots are looked for
     */
    SlotKeeper(
            int slots,
            Collection<String> agentIds,
            SharedSlots shared,
            AgentHost host,
            LeaseTimes times,
            KeeperThreads threads,
            LongSupplier nanoTime,
            Random random) {
        this.slots = slots;
        this.agents = Slots.group(agentIds, slots);
        this.shared = shared;
        this.host = host;
        this.times = times;
        this.threads = threads;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    /** Joins the cluster. */
    void start() {
        threads.worker().schedule(this::pass);
    }

    /**
     * Leaves the cluster: the agents stop, and each slot is given back as soon as its own have. Completes when the last one
     * was, at the latest when the leases have run out and the agents have stopped. Never fails.
     */
    Mono<Void> leave() {
        return Mono.defer(() -> {
            threads.worker().schedule(this::beginToLeave);
            return gone.asMono();
        });
    }

    /** The slots whose agents run here, in order. */
    List<Integer> held() {
        return mine().map(Tenancy::slot).toList();
    }

    private Stream<Tenancy> mine() {
        return tenancies.values().stream().filter(tenancy -> !tenancy.isEnding());
    }

    private void pass() {
        try {
            if (leaving) {
                renew();
            } else {
                Membership membership = shared.announce();
                back();
                settle();
                renew();
                balance(membership);
            }
        } catch (RuntimeException e) {
            away(e);
        } finally { // whatever it was: leases run out meanwhile
            settle();
            if (!leaving || !tenancies.isEmpty()) {
                threads.worker().schedule(this::pass, times.pause().toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    /** Several at a time: what counts is when the last one was. Waits for all, at most for a lease; fails when one failed. */
    private void renew() {
        Flux.fromIterable(tenancies.values())
                .filter(tenancy -> tenancy.lease().isHeld())
                .flatMapDelayError(
                        tenancy -> Mono.fromRunnable(() -> renew(tenancy)).subscribeOn(threads.renewers()),
                        KeeperThreads.RENEWALS_AT_A_TIME,
                        1)
                .blockLast(times.lease());
        givingBack = 0;
    }

    private void renew(Tenancy tenancy) {
        long asked = nanoTime.getAsLong();
        if (shared.renew(tenancy.slot())) {
            tenancy.lease().extendTo(asked + times.usable().toNanos());
        } else {
            log.warn("Slot {} was lost: its agents are cut off", tenancy.slot());
            tenancy.cutOff();
        }
    }

    private void balance(Membership membership) {
        int share = membership.share(slots);
        int held = held().size();
        if (held > share) {
            log.info("{} of {} slots are more than this process's share of {}", held, slots, share);
            mine().skip(share).forEach(Tenancy::end);
        } else if (held < share && membership.remembersALease()) {
            take(share - held);
        } else if (held < share && !waiting) {
            log.info(
                    "No slots are taken before all leases have run out that Redis may have forgotten: {}",
                    times.lease());
        }
        waiting = !membership.remembersALease();
    }

    /**
     * Takes free slots, a few at a time: a process that starts alone does not start everything at once only to give most of it
     * to those that start with it, and what is held is renewed in between.
     */
    private void take(int wanted) {
        List<Integer> others = new ArrayList<>(IntStream.range(0, slots)
                .filter(slot -> !tenancies.containsKey(slot))
                .boxed()
                .toList());
        Collections.shuffle(others, random);
        int most = Math.min(wanted, Math.max(1, slots / PASSES_TO_TAKE_ALL));
        long began = nanoTime.getAsLong();
        int taken = 0;
        for (int slot : others) {
            long asked = nanoTime.getAsLong();
            if (taken == most || asked - began > times.pause().toNanos()) {
                break;
            }
            if (shared.acquire(slot)) {
                begin(slot, new Lease(nanoTime, asked + times.usable().toNanos()));
                taken++;
            }
        }
        if (taken > 0) {
            log.info("{} slots taken; {} of {} are held here now", taken, held().size(), slots);
        }
    }

    private void begin(int slot, Lease lease) {
        Tenancy tenancy = new Tenancy(slot, agents.getOrDefault(slot, List.of()), host, lease, times.grace(), threads);
        tenancies.put(slot, tenancy);
        lease.ended().subscribe(done -> {}, error -> {}, () -> threads.worker().schedule(this::settle));
        tenancy.stopped()
                .subscribe(done -> {}, error -> {}, () -> threads.worker().schedule(this::settle));
        tenancy.begin();
    }

    /**
     * Gives back what is over, and forgets what was given back and has fallen silent. What would take too long is left until
     * what is held has been renewed.
     */
    private void settle() {
        for (Tenancy tenancy : List.copyOf(tenancies.values())) {
            int slot = tenancy.slot();
            boolean over = !tenancy.lease().isHeld();
            if (over && (!away || leaving) && givingBack < times.pause().toNanos() && givenBack.add(slot)) {
                giveBack(slot);
            }
            if (tenancy.isStopped() && givenBack.remove(slot)) {
                tenancies.remove(slot);
            }
        }
        if (leaving && tenancies.isEmpty()) {
            gone.tryEmitEmpty();
        }
    }

    private void giveBack(int slot) {
        if (away) {
            return; // On the way out; the lease will run out in Redis too.
        }
        long began = nanoTime.getAsLong();
        try {
            shared.release(slot);
        } catch (RuntimeException e) {
            away(e);
        }
        givingBack += nanoTime.getAsLong() - began;
    }

    private void beginToLeave() {
        if (leaving) {
            return;
        }
        leaving = true;
        try {
            shared.leave();
        } catch (RuntimeException e) {
            away(e);
        }
        tenancies.values().forEach(Tenancy::end);
        settle();
    }

    private void away(RuntimeException error) {
        if (!away) {
            away = true;
            log.warn("The slots' leases cannot be renewed, agents stay as long as these last", error);
        }
    }

    private void back() {
        if (away) {
            away = false;
            log.info("The slots' leases can be renewed again");
        }
    }
}
