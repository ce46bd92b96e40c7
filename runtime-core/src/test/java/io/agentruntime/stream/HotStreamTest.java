package io.agentruntime.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.error.SlowSubscriberException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class HotStreamTest {

    private static final Duration MAX_PAUSE = Duration.ofSeconds(30);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final ReadGate gate = new ReadGate(MAX_PAUSE, time);
    private final HotStream<Integer> stream = new HotStream<>("numbers", gate);

    private static StreamOptions inline(OverflowPolicy policy, int capacity) {
        return new StreamOptions(policy, capacity, Schedulers.immediate());
    }

    private void emit(int from, int to) {
        IntStream.rangeClosed(from, to).forEach(stream::next);
    }

    @Test
    void eachSubscriberGetsWhatComesAfterIt() {
        List<Integer> early = new ArrayList<>();
        List<Integer> late = new ArrayList<>();
        stream.flux(inline(OverflowPolicy.ERROR, 8)).subscribe(early::add);
        stream.next(1);
        stream.flux(inline(OverflowPolicy.ERROR, 8)).subscribe(late::add);
        stream.next(2);

        assertThat(early).containsExactly(1, 2);
        assertThat(late).containsExactly(2);
    }

    @Test
    void aBatchWakesEachSubscriberOnceAtItsEnd() {
        List<Runnable> drains = new ArrayList<>();
        List<Integer> got = new ArrayList<>();
        stream.flux(new StreamOptions(OverflowPolicy.ERROR, 64, Schedulers.fromExecutor(drains::add)))
                .subscribe(got::add);
        drains.remove(0).run(); // what the request started
        Batch batch = new Batch();
        batch.begin();

        IntStream.rangeClosed(1, 10).forEach(number -> stream.next(number, batch));
        assertThat(drains).isEmpty();
        batch.end();
        batch.end();
        assertThat(drains).hasSize(1);
        drains.remove(0).run();

        assertThat(got).hasSize(10).isSorted();
    }

    @Test
    void aBatchThatHasNotBegunHoldsNothingBack() {
        List<Integer> got = new ArrayList<>();
        stream.flux(inline(OverflowPolicy.ERROR, 64)).subscribe(got::add);
        Batch batch = new Batch();

        stream.next(1, batch);
        assertThat(got).containsExactly(1);
        batch.begin();
        stream.next(2, batch);
        batch.end();
        stream.next(3, batch);
        assertThat(got).containsExactly(1, 2, 3);
    }

    @Test
    void aBufferThatFillsIsServedBeforeTheBatchEnds() {
        List<Integer> got = new ArrayList<>();
        stream.flux(inline(OverflowPolicy.ERROR, 4)).subscribe(got::add);
        Batch batch = new Batch();
        batch.begin();

        IntStream.rangeClosed(1, 10).forEach(number -> stream.next(number, batch));
        assertThat(got).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    @Test
    void moreSubscribersThanABatchNotesAreServedAllTheSame() {
        AtomicInteger got = new AtomicInteger();
        for (int i = 0; i < 40; i++) {
            stream.flux(inline(OverflowPolicy.ERROR, 64)).subscribe(number -> got.incrementAndGet());
        }
        Batch batch = new Batch();
        batch.begin();

        stream.next(1, batch);
        batch.end();

        assertThat(got).hasValue(40);
    }

    @Test
    void demandIsHonoured() {
        StepVerifier.create(stream.flux(inline(OverflowPolicy.ERROR, 8)), 0)
                .then(() -> emit(1, 3))
                .thenRequest(1)
                .expectNext(1)
                .thenRequest(2)
                .expectNext(2, 3)
                .thenCancel()
                .verify();
        assertThat(stream.hasSubscribers()).isFalse();
    }

    @Test
    void errorPolicyDeliversTheBufferAndThenTheError() {
        StepVerifier.create(stream.flux(inline(OverflowPolicy.ERROR, 3)), 0)
                .then(() -> emit(1, 5))
                .thenRequest(10)
                .expectNext(1, 2, 3)
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(SlowSubscriberException.class)
                        .hasMessageContaining("numbers")
                        .hasMessageContaining("3 elements"));
    }

    @Test
    void dropOldestKeepsTheNewestAndCounts() {
        StepVerifier.create(stream.flux(inline(OverflowPolicy.DROP_OLDEST, 3)), 0)
                .then(() -> emit(1, 10))
                .then(() -> assertThat(stream.stats())
                        .containsExactly(new SubscriberStats("numbers", OverflowPolicy.DROP_OLDEST, 3, 3, 7, false)))
                .thenRequest(10)
                .expectNext(8, 9, 10)
                .then(() -> stream.next(11))
                .expectNext(11)
                .thenCancel()
                .verify();
    }

    @Test
    void dropLatestKeepsTheOldestAndCounts() {
        StepVerifier.create(stream.flux(inline(OverflowPolicy.DROP_LATEST, 3)), 0)
                .then(() -> emit(1, 10))
                .then(() -> assertThat(stream.stats().get(0).dropped()).isEqualTo(7))
                .thenRequest(10)
                .expectNext(1, 2, 3)
                .then(() -> stream.next(11))
                .expectNext(11)
                .thenCancel()
                .verify();
    }

    @Test
    void latestKeepsTheNewestWhateverTheCapacityAndCountsNothing() {
        List<Object> discarded = new ArrayList<>();
        StepVerifier.create(
                        stream.flux(inline(OverflowPolicy.LATEST, 64))
                                .contextWrite(context ->
                                        context.put("reactor.onDiscard.local", (java.util.function.Consumer<Object>)
                                                discarded::add)),
                        0)
                .then(() -> emit(1, 4))
                .then(() -> assertThat(stream.stats())
                        .containsExactly(new SubscriberStats("numbers", OverflowPolicy.LATEST, 1, 1, 0, false)))
                .thenRequest(2)
                .expectNext(4)
                .then(() -> stream.next(5))
                .expectNext(5)
                .then(() -> emit(6, 7))
                .then(stream::complete)
                .thenRequest(1)
                .expectNext(7)
                .verifyComplete();

        assertThat(discarded).containsExactly(1, 2, 3, 6);
    }

    @Test
    void droppedElementsReachTheDiscardHook() {
        List<Object> discarded = new ArrayList<>();
        stream.flux(inline(OverflowPolicy.DROP_OLDEST, 2))
                .contextWrite(context ->
                        context.put("reactor.onDiscard.local", (java.util.function.Consumer<Object>) discarded::add))
                .subscribe(new Idle<>());
        emit(1, 4);

        assertThat(discarded).containsExactly(1, 2);
    }

    @Test
    void backpressureHoldsReadingWhenFullAndLetsGoAtHalf() {
        List<Boolean> reading = new ArrayList<>();
        gate.attach(wanted -> reading.add(wanted.getAsBoolean()));
        StepVerifier.create(stream.flux(inline(OverflowPolicy.BACKPRESSURE, 4)), 0)
                .then(() -> emit(1, 3))
                .then(() -> assertThat(reading).isEmpty())
                .then(() -> emit(4, 6)) // 5 and 6 had been read before
                .then(() -> assertThat(reading).containsExactly(false))
                .thenRequest(3)
                .expectNext(1, 2, 3)
                .then(() -> assertThat(reading).containsExactly(false))
                .thenRequest(1)
                .expectNext(4)
                .then(() -> assertThat(reading).containsExactly(false, true))
                .thenRequest(9)
                .expectNext(5, 6)
                .thenCancel()
                .verify();
        time.advanceTimeBy(MAX_PAUSE);
        assertThat(reading).containsExactly(false, true);
    }

    @Test
    void aBufferThatIsEmptiedWhileTheHoldBeginsEndsTheHold() {
        List<Boolean> reading = new ArrayList<>();
        List<Integer> got = new ArrayList<>();
        List<Runnable> drains = new ArrayList<>();
        gate.attach(wanted -> {
            boolean on = wanted.getAsBoolean();
            reading.add(on);
            if (!on) {
                drains.remove(0).run(); // quicker than the emitting thread
            }
        });
        stream.flux(new StreamOptions(OverflowPolicy.BACKPRESSURE, 2, Schedulers.fromExecutor(drains::add)))
                .subscribe(got::add);
        drains.remove(0).run(); // what the request started

        emit(1, 2);
        assertThat(got).containsExactly(1, 2);
        drains.remove(0).run();

        assertThat(reading).containsExactly(false, true);
    }

    @Test
    void aSubscriberThatHoldsReadingTooLongGetsAnErrorAndReadingGoesOn() {
        List<Boolean> reading = new ArrayList<>();
        List<Integer> other = new ArrayList<>();
        gate.attach(wanted -> reading.add(wanted.getAsBoolean()));
        stream.flux(inline(OverflowPolicy.ERROR, 8)).subscribe(other::add);
        StepVerifier.create(stream.flux(inline(OverflowPolicy.BACKPRESSURE, 2)), 0)
                .then(() -> emit(1, 2))
                .then(() -> time.advanceTimeBy(MAX_PAUSE.minusMillis(1)))
                .then(() -> assertThat(reading).containsExactly(false))
                .then(() -> time.advanceTimeBy(Duration.ofMillis(1)))
                .then(() -> assertThat(reading).containsExactly(false, true))
                .thenRequest(9)
                .expectNext(1, 2)
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(SlowSubscriberException.class)
                        .hasMessageContaining("PT30S"));
        stream.next(3);
        assertThat(other).containsExactly(1, 2, 3);
    }

    @Test
    void backpressureIsBoundedAlsoWhenNobodyStopsReading() {
        StepVerifier.create(stream.flux(inline(OverflowPolicy.BACKPRESSURE, 2)), 0)
                .then(() -> emit(1, HotStream.HOLD_SLACK + 100))
                .thenRequest(Long.MAX_VALUE)
                .expectNextCount(HotStream.HOLD_SLACK + 2)
                .verifyError(SlowSubscriberException.class);
        assertThat(gate.held()).isFalse();
    }

    @Test
    void cancellingEndsTheHold() {
        List<Boolean> reading = new ArrayList<>();
        gate.attach(wanted -> reading.add(wanted.getAsBoolean()));
        Idle<Integer> idle = new Idle<>();
        stream.flux(inline(OverflowPolicy.BACKPRESSURE, 2)).subscribe(idle);
        emit(1, 2);
        idle.cancel();

        assertThat(reading).containsExactly(false, true);
        assertThat(gate.held()).isFalse();
    }

    @Test
    void twoSubscribersHoldReadingUntilTheSecondLetsGo() {
        List<Boolean> reading = new ArrayList<>();
        gate.attach(wanted -> reading.add(wanted.getAsBoolean()));
        Idle<Integer> one = new Idle<>();
        Idle<Integer> two = new Idle<>();
        stream.flux(inline(OverflowPolicy.BACKPRESSURE, 2)).subscribe(one);
        stream.flux(inline(OverflowPolicy.BACKPRESSURE, 2)).subscribe(two);
        emit(1, 2);
        one.request(2);
        assertThat(reading).containsExactly(false);
        two.request(2);
        assertThat(reading).containsExactly(false, true);
    }

    @Test
    void aReleaseThatIsHeldUpDoesNotUndoTheHoldAfterIt() {
        List<BooleanSupplier> told = new ArrayList<>();
        gate.attach(told::add);
        Idle<Integer> idle = new Idle<>();
        stream.flux(inline(OverflowPolicy.BACKPRESSURE, 2)).subscribe(idle);
        emit(1, 2);
        idle.request(2);
        emit(3, 4);

        assertThat(told).hasSize(3);
        assertThat(told.get(1).getAsBoolean()).isFalse();
        idle.request(2);
        assertThat(told.get(0).getAsBoolean()).isTrue();
    }

    @Test
    void aSessionThatComesWhileReadingIsHeldIsTold() {
        stream.flux(inline(OverflowPolicy.BACKPRESSURE, 1)).subscribe(new Idle<>());
        Disposable first = gate.attach(wanted -> {});
        stream.next(1);
        List<Boolean> reading = new ArrayList<>();
        gate.attach(wanted -> reading.add(wanted.getAsBoolean()));
        first.dispose();

        assertThat(reading).containsExactly(false);
    }

    @Test
    void aFilterKeepsUnwantedElementsOutOfTheBuffer() {
        StepVerifier.create(stream.flux(n -> n % 100 == 0, inline(OverflowPolicy.ERROR, 3)), 0)
                .then(() -> emit(1, 300))
                .thenRequest(9)
                .expectNext(100, 200, 300)
                .thenCancel()
                .verify();
    }

    @Test
    void aFilterThatThrowsEndsItsOwnSubscriberOnly() {
        List<Integer> other = new ArrayList<>();
        stream.flux(inline(OverflowPolicy.ERROR, 8)).subscribe(other::add);
        StepVerifier.create(stream.flux(n -> 1 / (n - 2) < 9, inline(OverflowPolicy.ERROR, 8)))
                .then(() -> emit(1, 3))
                .expectNext(1)
                .verifyError(ArithmeticException.class);
        assertThat(other).containsExactly(1, 2, 3);
    }

    @Test
    void aSubscriberThatThrowsEndsAlone() {
        List<Integer> other = new ArrayList<>();
        List<Throwable> errors = new ArrayList<>();
        stream.flux(inline(OverflowPolicy.ERROR, 8)).subscribe(new CoreSubscriber<>() {
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
        });
        stream.flux(inline(OverflowPolicy.ERROR, 8)).subscribe(other::add);
        emit(1, 3);

        assertThat(other).containsExactly(1, 2, 3);
        assertThat(errors).hasSize(1).first().asString().contains("against the rules");
    }

    @Test
    void failEndsThePresentSubscribersAndLaterOnesAreServed() {
        StepVerifier.create(stream.flux(inline(OverflowPolicy.ERROR, 8)))
                .then(() -> stream.next(1))
                .then(() -> stream.fail(new IllegalStateException("failed")))
                .expectNext(1)
                .verifyErrorMessage("failed");
        StepVerifier.create(stream.flux(inline(OverflowPolicy.ERROR, 8)))
                .then(() -> stream.next(2))
                .then(stream::complete)
                .expectNext(2)
                .verifyComplete();
        StepVerifier.create(stream.flux(inline(OverflowPolicy.ERROR, 8))).verifyComplete();
    }

    @Test
    void aSleepingSubscriberHoldsUpNobody() throws InterruptedException {
        Scheduler threads = Schedulers.newBoundedElastic(4, 100, "sleepers");
        try {
            CountDownLatch asleep = new CountDownLatch(1);
            CountDownLatch awake = new CountDownLatch(1);
            AtomicInteger slept = new AtomicInteger();
            stream.flux(new StreamOptions(OverflowPolicy.DROP_OLDEST, 16, threads))
                    .subscribe(n -> {
                        asleep.countDown();
                        try {
                            awake.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        slept.incrementAndGet();
                    });
            stream.next(0);
            assertThat(asleep.await(30, TimeUnit.SECONDS)).isTrue(); // with the first element in its hands
            StepVerifier.create(stream.flux(new StreamOptions(OverflowPolicy.ERROR, 10_000, threads)))
                    .then(() -> emit(1, 5_000))
                    .expectNextCount(5_000)
                    .thenCancel()
                    .verify(Duration.ofSeconds(30));
            assertThat(slept).hasValue(0);
            SubscriberStats sleeper = stream.stats().get(0);
            assertThat(sleeper.buffered()).isEqualTo(16);
            assertThat(sleeper.dropped()).isEqualTo(5_000L - 16);
            awake.countDown();
        } finally {
            threads.dispose();
        }
    }

    @Test
    void manyEmittersLoseAndRepeatNothing() {
        int emitters = 4;
        int each = 20_000;
        Flux<Integer> all =
                stream.flux(new StreamOptions(OverflowPolicy.ERROR, emitters * each + 1, Schedulers.boundedElastic()));
        int[] lastOf = new int[emitters];
        StepVerifier.create(all.take((long) emitters * each)
                        .doOnNext(n -> {
                            int emitter = n / each;
                            assertThat(n % each).isEqualTo(lastOf[emitter]++); // each emitter's order is kept
                        })
                        .count())
                .then(() -> Flux.range(0, emitters)
                        .flatMap(emitter -> Flux.range(emitter * each, each)
                                .doOnNext(stream::next)
                                .subscribeOn(Schedulers.parallel()))
                        .subscribe())
                .expectNext((long) emitters * each)
                .expectComplete()
                .verify(Duration.ofSeconds(30));
    }

    @Test
    void aDisposedSchedulerEndsItsSubscriberWithAnError() {
        Scheduler gone = Schedulers.newSingle("gone");
        gone.dispose();
        StepVerifier.create(stream.flux(new StreamOptions(OverflowPolicy.ERROR, 8, gone)))
                .verifyError(java.util.concurrent.RejectedExecutionException.class);
        assertThat(stream.hasSubscribers()).isFalse();
    }

    @Test
    void aCapacityOfZeroIsRefusedByName() {
        assertThatThrownBy(() -> StreamOptions.defaults().withCapacity(0))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("capacity");
    }

    /** Subscribes and asks for nothing. */
    private static final class Idle<T> extends BaseSubscriber<T> {
        @Override
        protected void hookOnSubscribe(Subscription subscription) {}
    }

    /** A delivery that runs when the test says so: in the middle of an emission, as another thread can. */
    private static final class Delivering {
        private final Queue<Runnable> tasks = new ArrayDeque<>();
        private final StreamOptions options =
                new StreamOptions(OverflowPolicy.BACKPRESSURE, 4, Schedulers.fromExecutor(tasks::add));

        private void run() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }
    }

    @Test
    void aHoldThatStartsWhenTheBufferIsEmptyAgainEndsAtOnce() {
        Delivering delivery = new Delivering();
        List<Boolean> reading = new ArrayList<>();
        List<Integer> seen = new ArrayList<>();
        gate.attach(wanted -> {
            reading.add(wanted.getAsBoolean());
            delivery.run();
        });
        stream.flux(delivery.options).subscribe(seen::add);
        emit(1, 4);
        delivery.run();

        assertThat(seen).containsExactly(1, 2, 3, 4);
        assertThat(reading).containsExactly(false, true);
    }

    @Test
    void aHoldThatStartsWhileTheSubscriberCancelsEndsAtOnce() {
        Delivering delivery = new Delivering();
        List<Boolean> reading = new ArrayList<>();
        List<Disposable> subscriber = new ArrayList<>();
        gate.attach(wanted -> {
            reading.add(wanted.getAsBoolean());
            subscriber.forEach(Disposable::dispose);
            delivery.run();
        });
        subscriber.add(stream.flux(delivery.options).subscribe());
        emit(1, 4);

        assertThat(reading).containsExactly(false, true);
    }

    @Test
    void aSubscriberThatHasEndedHoldsReadingNoLonger() {
        List<Boolean> reading = new ArrayList<>();
        gate.attach(wanted -> reading.add(wanted.getAsBoolean()));
        StepVerifier.create(stream.flux(inline(OverflowPolicy.BACKPRESSURE, 4)), 0)
                .then(() -> emit(1, 4))
                .then(() -> stream.fail(new IllegalStateException("over")))
                .then(() -> assertThat(reading).containsExactly(false, true))
                .thenRequest(4)
                .expectNext(1, 2, 3, 4)
                .verifyError(IllegalStateException.class);
    }
}
