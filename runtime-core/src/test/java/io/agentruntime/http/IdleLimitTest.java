package io.agentruntime.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.TimeLimitException;
import io.agentruntime.support.SettableClock;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.util.context.Context;

/** When a streamed body counts as silent, in virtual time. */
class IdleLimitTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final byte[] CHUNK = {1};
    private static final HttpCall CALL =
            new HttpCall("GET", URI.create("https://gateway.test/x?key=k"), Map.of(), null, LIMIT, 1024);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final SettableClock clock = new SettableClock(time);
    private final TestPublisher<byte[]> body = TestPublisher.create();
    private final Flux<byte[]> watched = IdleLimit.of(CALL, LIMIT, clock, body.flux());

    private void pass(long millis) {
        time.advanceTimeBy(Duration.ofMillis(millis));
    }

    @Test
    void aBodyThatFallsSilentIsCancelledExactlyAtTheLimit() {
        StepVerifier.create(watched)
                .then(() -> pass(9_999))
                .then(() -> body.next(CHUNK))
                .expectNext(CHUNK)
                .then(() -> pass(9_999))
                .then(body::assertNotCancelled)
                .then(() -> pass(1))
                .verifyErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(TimeLimitException.class)
                        .hasMessage("The next chunk of GET /x did not finish within PT10S"));
        body.assertCancelled();
    }

    @Test
    void aReaderThatAsksForNothingIsNoSilentServer() {
        StepVerifier.create(watched, 1)
                .then(() -> body.next(CHUNK))
                .expectNext(CHUNK)
                .then(() -> pass(3_600_000))
                .then(body::assertNotCancelled)
                .thenRequest(1)
                .then(() -> pass(9_999))
                .then(body::assertNotCancelled)
                .then(() -> body.next(CHUNK))
                .expectNext(CHUNK)
                .thenRequest(5)
                .then(() -> pass(5_000))
                .thenRequest(5) // asking for more is no sign of life
                .then(() -> pass(5_000))
                .verifyError(TimeLimitException.class);
    }

    @Test
    void anEndOfEitherKindIsPassedOnAndTheWatchIsOver() {
        StepVerifier.create(watched).then(body::complete).verifyComplete();
        pass(60_000);
        body.assertNotCancelled();

        TestPublisher<byte[]> broken = TestPublisher.create();
        StepVerifier.create(IdleLimit.of(CALL, LIMIT, clock, broken.flux()))
                .then(() -> broken.error(new IOException("reset")))
                .verifyErrorMessage("reset");
    }

    @Test
    void cancellingReachesTheBodyAndLeavesNoError() {
        StepVerifier.create(watched, 1).thenCancel().verify();
        body.assertCancelled();
        pass(60_000);
    }

    @Test
    void whatComesBehindTheLimitIsDropped() {
        TestPublisher<byte[]> late = TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
        StepVerifier.create(IdleLimit.of(CALL, LIMIT, clock, late.flux()).onErrorComplete())
                .then(() -> pass(10_000))
                .then(() -> late.next(CHUNK))
                .then(() -> late.error(new IOException("late")))
                .verifyComplete();
    }

    @Test
    void aClockThatIsSetChangesNothing() {
        StepVerifier.create(watched)
                .then(() -> clock.setBy(Duration.ofHours(5)))
                .then(() -> pass(9_999))
                .then(body::assertNotCancelled)
                .then(() -> clock.setBy(Duration.ofHours(-5)))
                .then(() -> pass(1))
                .verifyError(TimeLimitException.class);
    }

    @Test
    void theReadersContextReachesTheBody() {
        Flux<byte[]> asking = Flux.deferContextual(context -> Flux.just(context.<byte[]>get("chunk")));

        StepVerifier.create(IdleLimit.of(CALL, LIMIT, clock, asking).contextWrite(Context.of("chunk", CHUNK)))
                .expectNext(CHUNK)
                .verifyComplete();
    }
}
