package io.agentruntime.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.CallRefusedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** What a circuit breaker is told of each exchange, on a clock of the test. */
class CircuitBreakerExchangeTest {

    private static final HttpCall CALL =
            new HttpCall("GET", URI.create("https://gateway.test/x"), Map.of(), null, Duration.ofSeconds(30), 1024);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final ScriptedExchange gateway = new ScriptedExchange();
    private final CircuitBreaker breaker = CircuitBreaker.of(
            "gateway",
            CircuitBreakerConfig.custom()
                    .currentTimestampFunction(clock -> time.now(TimeUnit.NANOSECONDS), TimeUnit.NANOSECONDS)
                    .permittedNumberOfCallsInHalfOpenState(2)
                    .build());
    private final CircuitBreakerExchange exchange = new CircuitBreakerExchange(gateway, breaker);
    private final List<String> told = new ArrayList<>();

    private void listen() {
        breaker.getEventPublisher()
                .onSuccess(event -> told.add("success after " + event.getElapsedDuration()))
                .onError(event -> told.add(
                        event.getThrowable().getClass().getSimpleName() + " after " + event.getElapsedDuration()));
    }

    private static HttpReply reply(int status) {
        return new HttpReply(status, Map.of(), new byte[0]);
    }

    @Test
    void answersAndFailuresCountWithTheTimeTheyTook() {
        listen();
        time.advanceTimeBy(Duration.ofHours(1));
        for (Mono<HttpReply> answer : List.of(
                Mono.just(reply(200)),
                Mono.just(reply(499)),
                Mono.just(reply(500)),
                Mono.<HttpReply>error(new IOException("reset")))) {
            gateway.does(call -> Mono.delay(Duration.ofSeconds(3), time).then(answer));
            exchange.exchange(CALL).subscribe(reply -> {}, error -> {});
            time.advanceTimeBy(Duration.ofSeconds(3));
        }

        assertThat(told)
                .containsExactly(
                        "success after PT3S", "success after PT3S", "ServerError after PT3S", "IOException after PT3S");
    }

    @Test
    void aCancelledCallGivesItsPermissionBack() {
        breaker.transitionToOpenState();
        breaker.transitionToHalfOpenState();
        for (int i = 0; i < 5; i++) {
            gateway.does(call -> Mono.never());
            exchange.exchange(CALL).subscribe().dispose();
        }
        gateway.answers(200, "");

        StepVerifier.create(exchange.exchange(CALL)).expectNextCount(1).verifyComplete();
    }

    @Test
    void aCallThatIsCancelledBehindItsAnswerGivesNothingBackAgain() {
        breaker.transitionToOpenState();
        breaker.transitionToHalfOpenState();
        gateway.does(call -> Mono.just(reply(200))).does(call -> Mono.never());
        exchange.exchange(CALL).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnNext(HttpReply reply) {
                cancel();
            }
        });
        exchange.exchange(CALL).subscribe(); // the second of two permitted calls

        StepVerifier.create(exchange.exchange(CALL)).verifyError(CallRefusedException.class);
    }

    @Test
    void aCancelledCallIsNeitherSuccessNorFailure() {
        listen();
        gateway.does(call -> Mono.never());
        exchange.exchange(CALL).subscribe().dispose();

        assertThat(told).isEmpty();
        assertThat(breaker.getMetrics().getNumberOfBufferedCalls()).isZero();
    }
}
