package io.agentruntime.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class KeepAliveTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration ALMOST = KeepAlive.PERIOD.minusMillis(1);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final Sinks.Many<ServerSentEvent<Object>> events =
            Sinks.many().multicast().directBestEffort();
    private final Flux<ServerSentEvent<Object>> stream = KeepAlive.beside(events.asFlux(), time);

    @Test
    void aStreamInWhichNothingHappensHasCommentsAsLongAsItsEventsMayCome() {
        StepVerifier.withVirtualTime(() -> stream, () -> time, Long.MAX_VALUE)
                .expectSubscription()
                .expectNoEvent(ALMOST)
                .thenAwait(Duration.ofMillis(1))
                .expectNextMatches(event -> "".equals(event.comment()) && event.data() == null)
                .then(() -> say("hello"))
                .expectNextMatches(event -> "hello".equals(event.data()))
                .expectNoEvent(ALMOST)
                .thenAwait(Duration.ofMillis(1))
                .expectNextCount(1)
                .then(events::tryEmitComplete)
                .expectComplete()
                .verify(LIMIT);
    }

    @Test
    void itFailsWithItsEventsAndEndsThemWhenItsViewerGoes() {
        StepVerifier.create(stream)
                .then(() -> events.tryEmitError(new IllegalStateException("away")))
                .expectErrorMessage("away")
                .verify(LIMIT);

        Sinks.Many<ServerSentEvent<Object>> others = Sinks.many().multicast().directBestEffort();
        StepVerifier.create(KeepAlive.beside(others.asFlux(), time))
                .thenCancel()
                .verify(LIMIT);
        assertThat(others.currentSubscriberCount()).isZero();
    }

    /** A comment is nothing that a viewer who is slow would have to catch up with. */
    @Test
    void aViewerWhoAsksForNothingFindsTheEventsThatThereAreAndOneComment() {
        StepVerifier.create(stream, 0)
                .expectSubscription()
                .then(() -> time.advanceTimeBy(KeepAlive.PERIOD.multipliedBy(100)))
                .thenRequest(1)
                .expectNextMatches(event -> "".equals(event.comment()))
                .then(() -> say("late"))
                .thenRequest(1)
                .expectNextMatches(event -> "late".equals(event.data()))
                .thenCancel()
                .verify(LIMIT);
    }

    @Test
    void whatASlowViewerHasNotTakenYetComesBeforeTheFailure() {
        StepVerifier.create(stream, 0)
                .expectSubscription()
                .then(() -> say("last"))
                .then(() -> events.tryEmitError(new IllegalStateException("away")))
                .thenRequest(1)
                .expectNextMatches(event -> "last".equals(event.data()))
                .expectErrorMessage("away")
                .verify(LIMIT);
    }

    private void say(String text) {
        events.tryEmitNext(ServerSentEvent.<Object>builder(text).build()).orThrow();
    }
}
