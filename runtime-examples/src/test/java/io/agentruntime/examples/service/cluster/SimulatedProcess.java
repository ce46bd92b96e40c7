package io.agentruntime.examples.service.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A process of a {@link ClusterWorld}: its keeper, its agents, one a slot, and its way to Redis. */
final class SimulatedProcess implements SharedSlots, AgentHost {

    private static final List<String> AGENTS = oneAgentPerSlot();

    /** What it asks Redis for. */
    enum Call {
        ANNOUNCE,
        LEAVE,
        ACQUIRE,
        RENEW,
        RELEASE
    }

    /** A SIGSTOP in the middle of a call, before or after this has had its effect. */
    private record Nap(Call call, boolean before, Duration time) {}

    final String name;
    final SlotKeeper keeper;

    /** Which agents run, by their slot, and under which lease. */
    private final Map<Integer, Lease> running = new TreeMap<>();

    private final ClusterWorld world;
    private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();
    private final long born;
    private Duration stopTime = Duration.ofMillis(200);
    private Duration releaseTime = Duration.ZERO;
    private @Nullable Nap nap;
    private long sleepsUntil;
    private boolean started;
    private boolean working;

    SimulatedProcess(ClusterWorld world, String name, double clockRate) {
        this.world = world;
        this.name = name;
        this.born = world.now();
        this.keeper = new SlotKeeper(
                ClusterWorld.SLOTS,
                AGENTS,
                this,
                this,
                ClusterWorld.TIMES,
                new KeeperThreads(scheduler, Schedulers.immediate(), scheduler, scheduler),
                () -> (long) ((world.now() - born) * clockRate),
                new Random(world.random.nextLong()));
    }

    private static List<String> oneAgentPerSlot() {
        List<String> agents = new ArrayList<>();
        for (int i = 0; agents.size() < ClusterWorld.SLOTS; i++) {
            if (Slots.of("agent" + i, ClusterWorld.SLOTS) == agents.size()) {
                agents.add("agent" + i);
            }
        }
        return agents;
    }

    /** Does what is due, unless it is stopped or in the middle of something. */
    void run() {
        if (world.now() < sleepsUntil || working) {
            return;
        }
        working = true;
        if (!started) {
            started = true;
            keeper.start();
        }
        long behind = world.now() - born - scheduler.now(TimeUnit.NANOSECONDS);
        scheduler.advanceTimeBy(Duration.ofNanos(behind));
        working = false;
    }

    /** The slots whose agents would send something, if they were about to do so at this moment. */
    Set<Integer> mayActFor() {
        Set<Integer> slots = new TreeSet<>();
        running.forEach((slot, lease) -> {
            if (lease.isHeld()) {
                slots.add(slot);
            }
        });
        return slots;
    }

    /** The slots whose agents have been started and have not stopped. */
    Set<Integer> running() {
        return running.keySet();
    }

    /** SIGSTOP now, SIGCONT later. */
    void sleep(Duration time) {
        sleepsUntil = world.now() + time.toNanos();
    }

    /** SIGSTOP in the next call of a kind, before Redis has got it. */
    void sleepBefore(Call call, Duration time) {
        nap = new Nap(call, true, time);
    }

    /** SIGSTOP in the next call of a kind, when Redis has done what it was asked for. */
    void sleepAfter(Call call, Duration time) {
        nap = new Nap(call, false, time);
    }

    /** SIGTERM; the process ends when its keeper is done. */
    void terminate() {
        keeper.leave().subscribe(done -> {}, error -> {}, () -> world.kill(this));
    }

    /** Its agents take so long to stop from now on. */
    void stopsIn(Duration time) {
        stopTime = time;
    }

    /** Redis takes so long to give a slot back from now on. */
    void releasesIn(Duration time) {
        releaseTime = time;
    }

    // Agents

    @Override
    public Mono<Void> start(String agentId, Lease lease) {
        return Mono.fromRunnable(() -> {
            if (running.putIfAbsent(Slots.of(agentId, ClusterWorld.SLOTS), lease) != null) {
                throw new AssertionError(agentId + " is started in " + name + ", where it still runs");
            }
            world.check();
        });
    }

    @Override
    public Mono<Void> stop(String agentId) {
        return Mono.delay(stopTime, scheduler)
                .doOnNext(end -> running.remove(Slots.of(agentId, ClusterWorld.SLOTS)))
                .then();
    }

    // Redis

    private <T> T call(Call call, Supplier<T> effect) {
        napIn(call, true);
        world.failIfRedisIsAway();
        T result = effect.get();
        napIn(call, false);
        world.loseAnAnswer();
        return result;
    }

    private void napIn(Call call, boolean before) {
        Nap due = nap;
        if (due != null && due.call == call && due.before == before) {
            nap = null;
            world.pass(due.time);
        }
    }

    @Override
    public Membership announce() {
        return call(Call.ANNOUNCE, () -> world.redis.announce(name));
    }

    @Override
    public void leave() {
        call(Call.LEAVE, () -> world.redis.leave(name));
    }

    @Override
    public boolean acquire(int slot) {
        return call(Call.ACQUIRE, () -> world.redis.acquire(name, slot));
    }

    @Override
    public boolean renew(int slot) {
        return call(Call.RENEW, () -> world.redis.renew(name, slot));
    }

    @Override
    public void release(int slot) {
        world.pass(releaseTime);
        call(Call.RELEASE, () -> world.redis.release(name, slot));
    }
}
