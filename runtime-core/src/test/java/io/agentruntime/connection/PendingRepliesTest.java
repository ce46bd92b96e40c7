package io.agentruntime.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.SessionEndedException;
import io.agentruntime.error.TimeLimitException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.PublisherProbe;
import reactor.test.scheduler.VirtualTimeScheduler;

class PendingRepliesTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final PendingReplies<String, Integer> replies = new PendingReplies<>(time);

    @Test
    void anAnswerThatComesWhileTheRequestIsBeingSentIsNotLost() {
        Mono<Integer> asked = replies.await("a", "question a", LIMIT, Mono.fromRunnable(() -> replies.answer("a", 1)));

        StepVerifier.create(asked).expectNext(1).verifyComplete();
        assertThat(replies.size()).isZero();
    }

    @Test
    void answersFindTheirQuestionInAnyOrder() {
        StepVerifier.create(Mono.zip(
                        replies.await("a", "a", LIMIT, Mono.empty()), replies.await("b", "b", LIMIT, Mono.empty())))
                .then(() -> {
                    replies.answer("b", 2);
                    replies.answer("a", 1);
                })
                .expectNextMatches(both -> both.getT1() == 1 && both.getT2() == 2)
                .verifyComplete();
    }

    @Test
    void aRefusalAndAFailedRequestReachTheCaller() {
        StepVerifier.create(replies.await("a", "a", LIMIT, Mono.empty()))
                .then(() -> replies.refuse("a", new IOException("no")))
                .verifyErrorMessage("no");
        StepVerifier.create(replies.await("a", "a", LIMIT, Mono.error(new IOException("not sent"))))
                .verifyErrorMessage("not sent");
        assertThat(replies.size()).isZero();
    }

    @Test
    void theLimitPasses() {
        StepVerifier.create(replies.await("a", "question a", LIMIT, Mono.empty()))
                .then(() -> time.advanceTimeBy(LIMIT))
                .verifyErrorSatisfies(e ->
                        assertThat(e).isInstanceOf(TimeLimitException.class).hasMessageContaining("question a"));
        assertThat(replies.answer("a", 1)).isFalse();
    }

    @Test
    void theEndOfTheSessionFailsThoseWhoWaitAndThoseWhoComeLater() {
        StepVerifier.create(replies.await("a", "a", LIMIT, Mono.empty()))
                .then(() -> replies.sessionEnded(new IOException("reset")))
                .verifyError(SessionEndedException.class);
        StepVerifier.create(replies.await("b", "b", LIMIT, Mono.empty())).verifyError(SessionEndedException.class);
        assertThat(replies.size()).isZero();
    }

    @Test
    void cancellingForgetsTheQuestionAndStopsTheRequest() {
        PublisherProbe<Void> request = PublisherProbe.of(Mono.never());
        replies.await("a", "a", LIMIT, request.mono()).subscribe().dispose();

        request.assertWasCancelled();
        assertThat(replies.size()).isZero();
        time.advanceTimeBy(LIMIT);
    }

    @Test
    void askingAgainReplacesTheFirst() {
        StepVerifier.create(replies.await("a", "a", LIMIT, Mono.empty()))
                .then(() -> replies.await("a", "a", LIMIT, Mono.empty()).subscribe())
                .verifyError(IllegalStateException.class);
        assertThat(replies.size()).isEqualTo(1);
    }

    @Test
    void whoeverBringsAnAnswerLearnsWhetherSomebodyWaited() {
        StepVerifier.create(replies.await("a", "a", LIMIT, Mono.empty()))
                .then(() -> assertThat(replies.answer("a", 1)).isTrue())
                .expectNext(1)
                .verifyComplete();
        StepVerifier.create(replies.await("a", "a", LIMIT, Mono.empty()))
                .then(() ->
                        assertThat(replies.refuse("a", new IOException("no"))).isTrue())
                .verifyErrorMessage("no");
        assertThat(replies.answer("a", 1)).isFalse();
        assertThat(replies.refuse("a", new IOException("no"))).isFalse();
    }

    @Test
    void aCallerThatThrowsKeepsNoOtherFromLearningOfTheEnd() {
        AtomicInteger told = new AtomicInteger();
        for (int i = 0; i < 10; i++) {
            replies.await("" + i, "question", LIMIT, Mono.empty()).subscribe(answer -> {}, error -> {
                told.incrementAndGet();
                throw new IllegalStateException("a subscriber that breaks the rules");
            });
        }
        replies.sessionEnded(null);

        assertThat(told).hasValue(10);
        assertThat(replies.size()).isZero();
    }
}
