package io.agentruntime.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.examples.service.FleetEvent.Started;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class LiveFeedTest {

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final Sinks.Many<FleetEvent> happened = Sinks.many().multicast().directBestEffort();
    private final AtomicInteger looks = new AtomicInteger();
    private final LiveFeed feed = new LiveFeed(happened.asFlux(), this::look, time);

    @Test
    void nobodyLooksAtTheFleetWhileNobodyWatches() {
        time.advanceTimeBy(Duration.ofMinutes(1));
        assertThat(looks).hasValue(0);

        Disposable viewer = feed.watch(null).subscribe();
        time.advanceTimeBy(Duration.ofSeconds(1));
        int seen = looks.get();
        viewer.dispose();
        time.advanceTimeBy(Duration.ofMinutes(1));

        assertThat(seen).isEqualTo(5);
        assertThat(looks).hasValue(seen);
    }

    @Test
    void viewersShareOneLook() {
        List<Object> first = new ArrayList<>();
        List<Object> second = new ArrayList<>();
        feed.watch(null).subscribe(event -> first.add(event.data()));
        feed.watch(null).subscribe(event -> second.add(event.data()));

        time.advanceTimeBy(Duration.ofSeconds(1));

        assertThat(looks).hasValue(5);
        assertThat(first).hasSize(5);
        // It came when the first look had been taken.
        assertThat(second).isEqualTo(first.subList(1, 5));
    }

    @Test
    void oneWhoIsSlowGetsTheLatestAndHoldsUpNobody() {
        Viewer slow = new Viewer();
        List<Object> quick = new ArrayList<>();
        feed.watch(null).subscribe(event -> quick.add(event.data()));
        feed.watch(null).subscribe(slow);

        time.advanceTimeBy(Duration.ofMinutes(1));
        assertThat(quick).hasSize(241);

        slow.request(3);
        // What it asked for before, what waits as the latest, and nothing in between.
        assertThat(slow.seen).hasSizeLessThanOrEqualTo(3).last().isEqualTo(quick.get(240));
    }

    @Test
    void whoComesLateIsToldWhatHasHappened() {
        started("a", "b", "c");

        StepVerifier.create(feed.watch(null).filter(LiveFeedTest::isEvent).map(LiveFeedTest::agent))
                .expectNext("a", "b", "c")
                .thenCancel()
                .verify();
    }

    @Test
    void whoComesBackIsToldWhatItHasNotSeen() {
        started("a", "b", "c");
        String last = feed.watch(null)
                .filter(LiveFeedTest::isEvent)
                .elementAt(1)
                .map(ServerSentEvent::id)
                .block();

        StepVerifier.create(feed.watch(last).filter(LiveFeedTest::isEvent).map(LiveFeedTest::agent))
                .expectNext("c")
                .thenCancel()
                .verify();
    }

    @Test
    void whoHasWatchedAnotherRunIsToldEverything() {
        started("a", "b");

        StepVerifier.create(
                        feed.watch("elsewhere-1").filter(LiveFeedTest::isEvent).map(LiveFeedTest::agent))
                .expectNext("a", "b")
                .thenCancel()
                .verify();
    }

    @Test
    void closingEndsEveryStream() {
        StepVerifier.create(feed.watch(null).filter(LiveFeedTest::isEvent))
                .then(() -> feed.close().subscribe())
                .verifyComplete();
    }

    private void started(String... agents) {
        for (String agent : agents) {
            happened.tryEmitNext(new Started(Instant.EPOCH, agent)).orThrow();
        }
    }

    private FleetSnapshot look() {
        return new FleetSnapshot(Instant.ofEpochSecond(looks.incrementAndGet()), 0, List.of(), null);
    }

    private static boolean isEvent(ServerSentEvent<Object> event) {
        return LiveFeed.EVENT.equals(event.event());
    }

    private static String agent(ServerSentEvent<Object> event) {
        return ((FleetEvent) event.data()).agent();
    }

    /** Asks for nothing by itself. */
    private static final class Viewer extends BaseSubscriber<ServerSentEvent<Object>> {

        private final List<Object> seen = new ArrayList<>();

        @Override
        protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {}

        @Override
        protected void hookOnNext(ServerSentEvent<Object> event) {
            seen.add(event.data());
        }
    }
}
