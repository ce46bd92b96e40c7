package io.agentruntime.atomemo;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.atomemo.testkit.HubAnswer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Many requests over connections that break: each is answered at least once, with one answer only, by one run only. The seed
 * in a failure's name replays it: {@code -Dinvocations.seed=<n>}.
 */
class ManyInvocationsTest extends PluginScenario {

    private static final int INVOCATIONS = 10_000;
    private static final int OUTSTANDING = 64;
    private static final int DROPS = 10;

    static LongStream seeds() {
        Long replayed = Long.getLong("invocations.seed");
        return replayed == null ? LongStream.of(1, 20261121) : LongStream.of(replayed);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void eachIsRunOnceAndAnsweredAtLeastOnce(long seed) {
        Random random = new Random(seed);
        Map<String, AtomicInteger> runs = new HashMap<>();
        AtomicInteger answered = new AtomicInteger();
        running(plugin().addTool(tool("slow-tool", call -> {
            String id = call.context().requestId();
            int run = runs.computeIfAbsent(id, first -> new AtomicInteger()).incrementAndGet();
            return Mono.delay(Duration.ofMillis(lasting(random)), time).map(passed -> id + " run " + run);
        })));

        Flux.range(0, INVOCATIONS)
                .flatMap(
                        i -> hub.ask(
                                "invoke_tool", "id-" + i, Map.of("tool_name", "slow-tool", "parameters", Map.of())),
                        OUTSTANDING)
                .subscribe(answer -> answered.incrementAndGet());
        int drops = 0;
        for (int step = 0; answered.get() < INVOCATIONS && step < 10_000; step++) {
            pass(50);
            if (drops < DROPS && answered.get() > (drops + 1) * INVOCATIONS / (DROPS + 2)) {
                pass(random.nextInt(50));
                hub.server().faults().dropAllSockets();
                drops++;
            }
        }

        assertThat(drops).isEqualTo(DROPS);
        assertThat(answered).as("at " + time.now(TimeUnit.MILLISECONDS) + " ms").hasValue(INVOCATIONS);
        assertThat(hub.registrations()).hasSize(DROPS + 1);
        assertThat(runs).hasSize(INVOCATIONS);
        assertThat(runs.values()).allMatch(count -> count.get() == 1);
        Map<String, HubAnswer> first = new HashMap<>();
        for (HubAnswer answer : hub.answers()) {
            HubAnswer before = first.putIfAbsent(answer.requestId(), answer);
            assertThat(before == null || before.equals(answer))
                    .as(answer.toString())
                    .isTrue();
            assertThat(answer.isError()).isFalse();
        }
        assertThat(first).hasSize(INVOCATIONS);
        assertThat(hub.answers()).hasSizeGreaterThan(INVOCATIONS);
    }

    /** Most are quick; a few are still running when the plugin is back after a drop. */
    private static int lasting(Random random) {
        return random.nextInt(100) == 0 ? 3000 : random.nextInt(200);
    }
}
