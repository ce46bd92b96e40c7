package io.agentruntime.examples.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.examples.service.cluster.SimulatedProcess.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Processes join, leave, die, are stopped and continued, lose Redis, what it knew, and its answers, at random. The world looks at each step
 * whether a slot has two holders; in the end everything is served again. {@code -Dcluster.seed=<n>} replays one schedule.
 */
class RandomClusterTest {

    private static final int SCHEDULES = 60;
    private static final int EVENTS = 40;
    private static final List<Call> CALLS = List.of(Call.values());

    static LongStream seeds() {
        Long one = Long.getLong("cluster.seed");
        return one == null ? new Random().longs(SCHEDULES) : LongStream.of(one);
    }

    @ParameterizedTest(name = "-Dcluster.seed={0}")
    @MethodSource("seeds")
    void noSlotEverHasTwoHolders(long seed) {
        ClusterWorld world = new ClusterWorld(seed);
        Random random = world.random;
        List<String> events = new ArrayList<>();
        try {
            world.join();
            for (int i = 0; i < EVENTS; i++) {
                events.add(something(world, random));
                world.pass(Duration.ofMillis(random.nextInt(6000)));
            }
            world.redisIsAway(false);
            world.lostAnswers(0);
            if (world.processes().isEmpty()) {
                world.join();
            }
            world.pass(Duration.ofMinutes(2));
            assertThat(world.served()).isEqualTo(ClusterWorld.SLOTS);
            assertThat(world.shares()).allMatch(share -> share > 0);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + " after " + events + ", -Dcluster.seed=" + seed, e);
        }
    }

    private static String something(ClusterWorld world, Random random) {
        List<SimulatedProcess> processes = world.processes();
        if (processes.size() < 2 || (processes.size() < 6 && random.nextInt(5) == 0)) {
            double clockRate = 0.95 + random.nextDouble() / 10;
            return "joined " + world.join(clockRate).name;
        }
        SimulatedProcess one = processes.get(random.nextInt(processes.size()));
        Duration time = Duration.ofMillis(random.nextInt(25_000));
        return switch (random.nextInt(8)) {
            case 0 -> {
                world.kill(one);
                yield one.name + " killed";
            }
            case 1 -> {
                one.terminate();
                yield one.name + " terminated";
            }
            case 2 -> {
                one.sleep(time);
                yield one.name + " stopped for " + time;
            }
            case 3 -> {
                Call call = CALLS.get(random.nextInt(CALLS.size()));
                if (random.nextBoolean()) {
                    one.sleepBefore(call, time);
                } else {
                    one.sleepAfter(call, time);
                }
                yield one.name + " stopped in a call to " + call + " for " + time;
            }
            case 4 -> {
                one.stopsIn(time.dividedBy(4));
                yield one.name + " stops agents in " + time.dividedBy(4);
            }
            case 5 -> {
                boolean away = random.nextBoolean();
                world.redisIsAway(away);
                yield "Redis away " + away;
            }
            case 6 -> {
                world.redis.forgetEverything();
                yield "Redis has forgotten everything";
            }
            default -> {
                double lost = random.nextDouble() / 5;
                world.lostAnswers(lost);
                yield "answers lost " + lost;
            }
        };
    }
}
