package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link RandomLosses} in memory, in virtual time: to the millisecond, and the same each time. */
class RandomLossesTest extends InMemoryScenario {

    static LongStream seeds() {
        return RandomLosses.seeds("in memory", 50);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void eachMessageOnceAndInOrderOrInAGap(long seed) {
        RandomLosses losses =
                new RandomLosses(gateway, alice, bob, time, new RandomLosses.Pace(3, 300, 5_000, 20_000), seed);
        NookplotRuntime runtime = connected(b -> b.heartbeatInterval(Duration.ofSeconds(5))
                .backgroundPause(Duration.ofMillis(100))
                .refill(refill -> refill.withMaxMessages(1_000_000))
                .reconnect(r -> r.unlimitedRetries().maxDelay(Duration.ofSeconds(4)))
                .streams(StreamOptions.of(OverflowPolicy.ERROR)
                        .withDeliverOn(time)
                        .withCapacity(1_000_000)));
        pass(Duration.ofSeconds(30));
        losses.read(runtime);

        Seen<Void> run = watch(losses.run());
        pass(Duration.ofMinutes(15));

        assertThat(run.completed).isTrue();
        assertThat(runtime.currentState().name()).isEqualTo("connected");
        assertThat(losses.gaps()).isPositive();
        assertThat(losses.problems(Duration.ZERO)).as("seed %d", seed).isEmpty();
    }
}
