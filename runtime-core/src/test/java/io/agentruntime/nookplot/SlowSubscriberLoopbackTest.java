package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.error.SlowSubscriberException;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.stream.SubscriberStats;
import io.agentruntime.testkit.GatewayChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** One subscriber sleeps while messages arrive: whom does it concern? */
class SlowSubscriberLoopbackTest extends LoopbackScenario {

    private static final int MESSAGES = 20_000;
    private static final int CAPACITY = 500;
    private static final StreamOptions ROOMY = StreamOptions.defaults().withCapacity(100_000);

    private GatewayChannel lobby;

    @BeforeEach
    void openChannel() {
        lobby = gateway.channel("lobby", alice, bob);
    }

    /** A subscriber whose first message keeps it busy until it is woken. */
    private static final class Sleeper {

        final CountDownLatch asleep = new CountDownLatch(1);
        final CountDownLatch wake = new CountDownLatch(1);
        final CountDownLatch over = new CountDownLatch(1);
        final List<Integer> taken = synchronizedList();
        volatile @Nullable Throwable error;

        Sleeper(Flux<Integer> messages) {
            messages.subscribe(
                    this::take,
                    thrown -> {
                        error = thrown;
                        over.countDown();
                    },
                    over::countDown);
        }

        private void take(int number) {
            taken.add(number);
            if (taken.size() == 1) {
                asleep.countDown();
                await(wake);
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("Not woken");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private Flux<Integer> numbers(NookplotRuntime runtime, StreamOptions options) {
        return runtime.channels().messages(lobby.id(), options).map(message -> Integer.valueOf(message.content()));
    }

    private NookplotRuntime listening(Duration maxReadPause) {
        NookplotRuntime runtime = connected(options -> options.heartbeatInterval(Duration.ofMillis(50))
                .livenessTimeout(Duration.ofSeconds(20))
                .maxReadPause(maxReadPause)
                .autoSubscribe(false));
        runtime.channels().subscribe(lobby.id()).block(LIMIT);
        return runtime;
    }

    private void post(int from, int to) {
        for (int number = from; number < to; number++) {
            gateway.post(bob, lobby, String.valueOf(number));
        }
    }

    private static List<SubscriberStats> statsOf(NookplotRuntime runtime, int capacity) {
        return runtime.subscribers().stream()
                .filter(stats -> stats.capacity() == capacity)
                .toList();
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private static void awaitAll(List<Integer> seen, int count) {
        eventually(count + " messages", () -> seen.size() >= count);
        assertThat(seen).containsExactlyElementsOf(range(0, count));
    }

    @Test
    void sleepingSubscriberThatLosesTheOldestDisturbsNobody() {
        Sleeper sleeper = sleepThroughMessages(OverflowPolicy.DROP_OLDEST);

        assertThat(sleeper.taken).startsWith(0).hasSize(1 + CAPACITY);
        assertThat(sleeper.taken.subList(1, 1 + CAPACITY))
                .containsExactlyElementsOf(range(MESSAGES - CAPACITY, MESSAGES));
        assertThat(sleeper.error).isNull();
    }

    @Test
    void sleepingSubscriberThatLosesTheLatestDisturbsNobody() {
        Sleeper sleeper = sleepThroughMessages(OverflowPolicy.DROP_LATEST);

        assertThat(sleeper.taken).containsExactlyElementsOf(range(0, 1 + CAPACITY));
        assertThat(sleeper.error).isNull();
    }

    @Test
    void sleepingSubscriberThatFailsDisturbsNobody() {
        Sleeper sleeper = sleepThroughMessages(OverflowPolicy.ERROR);

        await(sleeper.over);
        assertThat(sleeper.taken).containsExactlyElementsOf(range(0, 1 + CAPACITY));
        assertThat(sleeper.error)
                .isInstanceOf(SlowSubscriberException.class)
                .hasMessageContaining("buffer of " + CAPACITY);
    }

    private Sleeper sleepThroughMessages(OverflowPolicy policy) {
        NookplotRuntime runtime = listening(LONG);
        String session = sessionId(runtime.currentState());
        StreamOptions small = StreamOptions.of(policy).withCapacity(CAPACITY);
        Sleeper sleeper = new Sleeper(numbers(runtime, small));
        List<Integer> onEventLoop = synchronizedList();
        numbers(runtime, ROOMY.withDeliverOn(Schedulers.immediate())).subscribe(onEventLoop::add);
        List<Integer> asEvents = synchronizedList();
        runtime.events()
                .type(GatewayEvent.CHANNEL_MESSAGE, ChannelMessage.class, ROOMY)
                .map(message -> Integer.valueOf(message.content()))
                .subscribe(asEvents::add);
        post(0, 1);
        await(sleeper.asleep);

        post(1, MESSAGES);
        awaitAll(onEventLoop, MESSAGES);
        awaitAll(asEvents, MESSAGES);
        awaitHeartbeats(3);

        if (policy == OverflowPolicy.ERROR) {
            assertThat(statsOf(runtime, CAPACITY)).isEmpty();
        } else {
            assertThat(statsOf(runtime, CAPACITY)).singleElement().satisfies(stats -> {
                assertThat(stats.policy()).isEqualTo(policy);
                assertThat(stats.buffered()).isEqualTo(CAPACITY);
                assertThat(stats.dropped()).isEqualTo(MESSAGES - CAPACITY - 1);
            });
        }
        assertThat(statsOf(runtime, ROOMY.capacity())).hasSize(2).allMatch(stats -> stats.dropped() == 0);
        assertThat(sessionId(runtime.currentState())).isEqualTo(session);

        sleeper.wake.countDown();
        eventually("the buffer is empty", () -> sleeper.taken.size() == 1 + CAPACITY);
        return sleeper;
    }

    @Test
    void backpressureThatEndsInTimeLosesNothing() {
        int messages = 50_000;
        NookplotRuntime runtime = listening(LONG);
        String session = sessionId(runtime.currentState());
        StreamOptions holding = StreamOptions.of(OverflowPolicy.BACKPRESSURE).withCapacity(CAPACITY);
        Sleeper sleeper = new Sleeper(numbers(runtime, holding));
        List<Integer> other = synchronizedList();
        numbers(runtime, ROOMY).subscribe(other::add);
        post(0, 1);
        await(sleeper.asleep);

        post(1, messages);
        eventually("reading is held", () -> statsOf(runtime, CAPACITY).stream().anyMatch(SubscriberStats::holding));
        awaitHeartbeats(3);
        assertThat(other).as("what the other has while reading is held").hasSizeLessThan(messages);
        sleeper.wake.countDown();

        awaitAll(sleeper.taken, messages);
        awaitAll(other, messages);
        assertThat(statsOf(runtime, CAPACITY))
                .singleElement()
                .satisfies(stats -> assertThat(stats.dropped()).isZero());
        assertThat(sessionId(runtime.currentState())).isEqualTo(session);
    }

    /** Heartbeats go out during the hold, which lasts longer than liveness allows silence: the watch waits meanwhile. */
    @Test
    void backpressureThatLastsTooLongEndsAloneAndTheSessionLives() {
        int messages = 50_000;
        NookplotRuntime runtime = connected(options -> options.heartbeatInterval(Duration.ofMillis(50))
                .livenessTimeout(Duration.ofSeconds(4)) // longer than a busy machine stands still
                .maxReadPause(Duration.ofSeconds(6))
                .autoSubscribe(false));
        runtime.channels().subscribe(lobby.id()).block(LIMIT);
        String session = sessionId(runtime.currentState());
        StreamOptions holding = StreamOptions.of(OverflowPolicy.BACKPRESSURE).withCapacity(CAPACITY);
        Sleeper sleeper = new Sleeper(numbers(runtime, holding));
        List<Integer> other = synchronizedList();
        numbers(runtime, ROOMY).subscribe(other::add);
        post(0, 1);
        await(sleeper.asleep);

        post(1, messages);
        eventually("reading is held", () -> statsOf(runtime, CAPACITY).stream().anyMatch(SubscriberStats::holding));
        awaitHeartbeats(3);
        eventually("it is given up", () -> statsOf(runtime, CAPACITY).isEmpty());
        awaitAll(other, messages);

        sleeper.wake.countDown();
        await(sleeper.over);
        assertThat(sleeper.error).isInstanceOf(SlowSubscriberException.class).hasMessageContaining("maxReadPause");
        assertThat(sleeper.taken).containsExactlyElementsOf(range(0, sleeper.taken.size()));
        assertThat(sessionId(runtime.currentState())).isEqualTo(session);
    }

    /** A subscriber that throws ends alone as well. */
    @Test
    void subscriberThatThrowsDisturbsNobody() {
        NookplotRuntime runtime = listening(LONG);
        CountDownLatch over = new CountDownLatch(1);
        numbers(runtime, ROOMY)
                .doOnNext(number -> {
                    throw new IllegalStateException("a bug of the user's");
                })
                .subscribe(number -> {}, error -> over.countDown());
        List<Integer> other = synchronizedList();
        numbers(runtime, ROOMY).subscribe(other::add);

        post(0, 100);

        await(over);
        awaitAll(other, 100);
        assertThat(runtime.currentState()).isInstanceOf(Connected.class);
    }
}
