package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionEvent;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** {@link RandomLosses} over real sockets. One seed by default, more with {@code -Dlosses.seeds=<count>}. */
class RandomLossesLoopbackTest extends LoopbackScenario {

    static LongStream seeds() {
        return RandomLosses.seeds("over loopback", 1);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void eachMessageOnceAndInOrderOrInAGap(long seed) {
        RandomLosses losses = new RandomLosses(
                gateway, alice, bob, Schedulers.parallel(), new RandomLosses.Pace(10, 15, 300, 1_000), seed);
        NookplotRuntime runtime = connected(options -> options.heartbeatInterval(Duration.ofMillis(200))
                .livenessTimeout(Duration.ofMillis(600))
                .refill(refill -> refill.withMaxMessages(1_000_000))
                .streams(StreamOptions.of(OverflowPolicy.ERROR).withCapacity(100_000)));
        eventually(
                "all are subscribed",
                () -> new HashSet<>(gateway.subscriptions(alice)).containsAll(losses.channelIds()));
        AtomicInteger sessionsLost = new AtomicInteger();
        runtime.connection()
                .events()
                .filter(event ->
                        event instanceof ConnectionEvent.SessionLost || event instanceof ConnectionEvent.AttemptFailed)
                .subscribe(event -> sessionsLost.incrementAndGet());
        losses.read(runtime);

        losses.run().block(LIMIT.multipliedBy(2));
        awaitOrGoOn(losses::isComplete);
        runtime.drain(LIMIT).block();
        // The last message may be in its reader's hands still.
        awaitOrGoOn(() -> problems(losses).isEmpty());

        assertThat(problems(losses)).as("seed %d", seed).isEmpty();
        assertThat(losses.gaps()).isPositive().isLessThanOrEqualTo((long) sessionsLost.get() * RandomLosses.CHANNELS);
    }

    private static List<String> problems(RandomLosses losses) {
        return losses.problems(RefillPolicy.defaults().overlap());
    }

    /** If it does not come about, the readings show what is missing. */
    private static void awaitOrGoOn(BooleanSupplier condition) {
        Flux.interval(Duration.ofMillis(10))
                .onBackpressureDrop()
                .filter(tick -> condition.getAsBoolean())
                .next()
                .timeout(LIMIT, Mono.empty())
                .block();
    }
}
