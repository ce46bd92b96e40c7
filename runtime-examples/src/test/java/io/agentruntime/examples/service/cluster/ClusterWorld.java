package io.agentruntime.examples.service.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * Processes that share slots, on one thread and in virtual time. A process can be killed, or stopped for a while, also in the
 * middle of a call to Redis: the others go on then, and what was due in it meanwhile comes late. After each step, and whenever
 * an agent starts, it is checked that whoever may act for a slot has it in Redis, unless Redis has forgotten it, and that nobody
 * else may.
 */
final class ClusterWorld {

    static final int SLOTS = 16;
    static final LeaseTimes TIMES = new LeaseTimes(Duration.ofSeconds(10));

    private static final Duration STEP = Duration.ofMillis(50);

    final Random random;
    final SimulatedRedis redis = new SimulatedRedis(this::now, TIMES.lease().toNanos());
    private final List<SimulatedProcess> processes = new ArrayList<>();
    private long now;
    private int joined;
    private boolean redisIsAway;
    private double lostAnswers;

    ClusterWorld(long seed) {
        this.random = new Random(seed);
    }

    long now() {
        return now;
    }

    SimulatedProcess join() {
        return join(1);
    }

    /** A process whose clock runs a little faster or slower than Redis'. */
    SimulatedProcess join(double clockRate) {
        SimulatedProcess process = new SimulatedProcess(this, "process" + joined++, clockRate);
        processes.add(process);
        return process;
    }

    /** SIGKILL. */
    void kill(SimulatedProcess process) {
        processes.remove(process);
    }

    /** Those that live, in the order of joining. */
    List<SimulatedProcess> processes() {
        return List.copyOf(processes);
    }

    void pass(Duration time) {
        long end = now + time.toNanos();
        while (now < end) {
            now += STEP.toNanos();
            List<SimulatedProcess> order = new ArrayList<>(processes);
            Collections.shuffle(order, random);
            order.stream().filter(processes::contains).forEach(SimulatedProcess::run);
            check();
        }
    }

    void check() {
        Map<Integer, String> acting = new HashMap<>();
        for (SimulatedProcess process : processes) {
            for (int slot : process.mayActFor()) {
                String other = acting.put(slot, process.name);
                if (other != null) {
                    throw new AssertionError("Two act for slot " + slot + ": " + other + " and " + process.name);
                }
                SimulatedRedis.Lock lock = redis.lock(slot);
                if (!redis.hasForgotten() && (lock == null || !lock.owner().equals(process.name))) {
                    throw new AssertionError(process.name + " acts for slot " + slot + ", which is held by " + lock);
                }
            }
        }
    }

    /** How many slots have somebody who acts for them. */
    int served() {
        Set<Integer> served = new TreeSet<>();
        processes.forEach(process -> served.addAll(process.mayActFor()));
        return served.size();
    }

    /** How many slots each process acts for, in the order of joining. */
    List<Integer> shares() {
        return processes.stream().map(process -> process.mayActFor().size()).toList();
    }

    void redisIsAway(boolean away) {
        redisIsAway = away;
    }

    /** How likely it is that a call's answer gets lost when the call has had its effect. */
    void lostAnswers(double probability) {
        lostAnswers = probability;
    }

    void failIfRedisIsAway() {
        if (redisIsAway) {
            throw new IllegalArgumentException("Redis does not answer");
        }
    }

    void loseAnAnswer() {
        if (random.nextDouble() < lostAnswers) {
            throw new IllegalArgumentException("The answer of Redis got lost");
        }
    }
}
