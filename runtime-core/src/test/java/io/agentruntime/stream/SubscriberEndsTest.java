package io.agentruntime.stream;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.agentruntime.error.SlowSubscriberException;
import io.agentruntime.support.LogLines;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * How a subscriber comes to its end, with the delivery in the test's hand: what is still in its buffer, what it held, and
 * that nothing follows.
 */
class SubscriberEndsTest {

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final ReadGate gate = new ReadGate(Duration.ofSeconds(30), time);
    private final HotStream<Integer> stream = new HotStream<>("numbers", gate);
    private final List<Boolean> reading = new ArrayList<>();
    private final List<Object> discarded = new ArrayList<>();
    private final Recorder subscriber = new Recorder();

    private final Queue<Runnable> deliveries = new ArrayDeque<>();
    private boolean refusing;

    /** Delivers when the test says so, or refuses to, as a scheduler that was disposed. */
    private StreamOptions later(OverflowPolicy policy, int capacity) {
        return new StreamOptions(policy, capacity, Schedulers.fromExecutor(task -> {
            if (refusing) {
                throw new RejectedExecutionException("disposed");
            }
            deliveries.add(task);
        }));
    }

    private static StreamOptions inline(OverflowPolicy policy, int capacity) {
        return new StreamOptions(policy, capacity, Schedulers.immediate());
    }

    private void deliver() {
        for (Runnable task = deliveries.poll(); task != null; task = deliveries.poll()) {
            task.run();
        }
    }

    private void emit(int from, int to) {
        IntStream.rangeClosed(from, to).forEach(stream::next);
    }

    private void subscribe(HotStream<Integer> stream, StreamOptions options) {
        stream.flux(options)
                .contextWrite(context -> context.put("reactor.onDiscard.local", (Consumer<Object>) discarded::add))
                .subscribe(subscriber);
    }

    private static final class Recorder extends BaseSubscriber<Integer> {

        private final List<Object> signals = new ArrayList<>();

        @Override
        protected void hookOnSubscribe(Subscription subscription) {}

        @Override
        protected void hookOnNext(Integer element) {
            signals.add(element);
        }

        @Override
        protected void hookOnError(Throwable error) {
            signals.add(error.getMessage());
        }

        @Override
        protected void hookOnComplete() {
            signals.add("complete");
        }
    }

    private void reads(BooleanSupplier wanted) {
        reading.add(wanted.getAsBoolean());
    }

    @Test
    void cancellingDiscardsWhatWasNotDelivered() {
        subscribe(stream, later(OverflowPolicy.ERROR, 8));
        emit(1, 3);
        deliver(); // nothing is asked for yet
        subscriber.cancel();
        deliver();

        assertThat(discarded).containsExactly(1, 2, 3);
        assertThat(subscriber.signals).isEmpty();
        assertThat(stream.hasSubscribers()).isFalse();
    }

    @Test
    void cancellingLetsReadingGoOnBeforeTheDeliveryGetsToIt() {
        gate.attach(this::reads);
        subscribe(stream, later(OverflowPolicy.BACKPRESSURE, 2));
        emit(1, 2);
        assertThat(reading).containsExactly(false);
        subscriber.cancel();

        assertThat(reading).containsExactly(false, true);
    }

    @Test
    void aSchedulerThatGoesAwayEndsItsSubscriberAndDiscardsTheRest() {
        subscribe(stream, later(OverflowPolicy.ERROR, 8));
        emit(1, 2);
        deliver(); // nothing is asked for yet
        refusing = true;
        stream.next(3);

        assertThat(subscriber.signals).containsExactly("Scheduler unavailable");
        assertThat(discarded).containsExactly(1, 2, 3);
        assertThat(stream.hasSubscribers()).isFalse();
    }

    @Test
    void whatAFilterThrewOnIsNotDelivered() {
        List<Object> seen = new ArrayList<>();
        stream.flux(n -> 1 / (n - 2) < 9, later(OverflowPolicy.ERROR, 8)).subscribe(seen::add, seen::add);
        emit(1, 3);
        deliver();

        assertThat(seen).hasSize(2).startsWith(1).last().isInstanceOf(ArithmeticException.class);
    }

    @Test
    void aSubscriberThatThrowsLosesTheRestAndItsPlace() {
        gate.attach(this::reads);
        List<Throwable> errors = new ArrayList<>();
        stream.flux(later(OverflowPolicy.BACKPRESSURE, 3))
                .contextWrite(context -> context.put("reactor.onDiscard.local", (Consumer<Object>) discarded::add))
                .subscribe(new AgainstTheRules(errors));
        emit(1, 3);
        deliver();

        assertThat(errors).hasSize(1);
        assertThat(discarded).containsExactly(2, 3);
        assertThat(reading).containsExactly(false, true);
        assertThat(stream.hasSubscribers()).isFalse();
    }

    @Test
    void theEndComesOnceWhateverIsAskedForAfterwards() {
        Insistent demand = new Insistent();
        stream.flux(inline(OverflowPolicy.ERROR, 8)).subscribe(demand);
        stream.next(1);
        stream.complete();
        stream.fail(new IllegalStateException("too late"));
        demand.subscription.request(1);
        demand.subscription.cancel();

        assertThat(demand.signals).containsExactly("1", "complete");
    }

    @Test
    void withoutAGateToHoldBackpressureIsAnErrorWhenTheBufferIsFull() {
        HotStream<Integer> ungated = new HotStream<>("numbers", null);
        StepVerifier.create(ungated.flux(inline(OverflowPolicy.BACKPRESSURE, 2)), 0)
                .then(() -> assertThat(ungated.stats())
                        .containsExactly(new SubscriberStats("numbers", OverflowPolicy.ERROR, 2, 0, 0, false)))
                .then(() -> IntStream.rangeClosed(1, 3).forEach(ungated::next))
                .thenRequest(9)
                .expectNext(1, 2)
                .verifyError(SlowSubscriberException.class);
    }

    @Test
    void lossesAreLoggedEverMoreSeldom() {
        try (LogLines log = LogLines.of(HotStream.class)) {
            subscribe(stream, inline(OverflowPolicy.DROP_LATEST, 1));
            emit(1, 101);

            assertThat(log.at(Level.WARN, "has lost")).hasSize(7); // 1, 2, 4, ... 64 of 100
        }
    }

    @Test
    void whatIsThereFirstComesBeforeWhatFollows() {
        List<Runnable> serial = new ArrayList<>();
        stream.fluxAfter(() -> 42, serial::add, inline(OverflowPolicy.ERROR, 8)).subscribe(subscriber);
        subscriber.requestUnbounded();
        stream.next(1); // before its turn has come
        serial.forEach(Runnable::run);
        stream.next(2);

        assertThat(subscriber.signals).containsExactly(42, 2);
    }

    @Test
    void whoCancelsBeforeItsTurnIsNeverRegistered() {
        List<Runnable> serial = new ArrayList<>();
        stream.fluxAfter(() -> 42, serial::add, inline(OverflowPolicy.ERROR, 8)).subscribe(subscriber);
        subscriber.cancel();
        serial.forEach(Runnable::run);

        assertThat(stream.hasSubscribers()).isFalse();
        assertThat(subscriber.signals).isEmpty();
    }

    /** Throws at every element. */
    private record AgainstTheRules(List<Throwable> errors) implements CoreSubscriber<Integer> {
        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Integer element) {
            throw new IllegalStateException("against the rules");
        }

        @Override
        public void onError(Throwable error) {
            errors.add(error);
        }

        @Override
        public void onComplete() {}
    }

    /** Keeps its subscription, and so can ask for more when all is over. */
    private static final class Insistent implements CoreSubscriber<Integer> {
        private final List<String> signals = new ArrayList<>();
        private Subscription subscription;

        @Override
        public void onSubscribe(Subscription subscription) {
            this.subscription = subscription;
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Integer element) {
            signals.add(element.toString());
        }

        @Override
        public void onError(Throwable error) {
            signals.add("error");
        }

        @Override
        public void onComplete() {
            signals.add("complete");
        }
    }
}
