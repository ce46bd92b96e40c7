package io.agentruntime.http;

import io.agentruntime.error.HttpStatusException.RateLimited;
import io.github.resilience4j.core.functions.Either;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Sends again after a 429, as {@link RateLimitRetry} says. Resilience4j's {@link Retry} decides and counts; the waiting is
 * done here, because its Reactor operator waits on a scheduler of its own choice.
 */
final class RateLimitBackoff {

    private static final Logger LOG = LoggerFactory.getLogger(RateLimitBackoff.class);
    private static final double JITTER = 0.2;

    private final RateLimitRetry policy;
    private final RandomGenerator random;
    private final Scheduler scheduler;
    private final Consumer<Duration> onWait;
    private final Retry retry;

    /** @param onWait told of each wait as it begins */
    RateLimitBackoff(RateLimitRetry policy, RandomGenerator random, Scheduler scheduler, Consumer<Duration> onWait) {
        this.policy = policy;
        this.random = random;
        this.scheduler = scheduler;
        this.onWait = onWait;
        this.retry = Retry.of(
                "http-429",
                RetryConfig.<HttpReply>custom()
                        .maxAttempts(policy.maxRetries() + 1)
                        .retryOnException(this::isWorthWaiting)
                        .intervalBiFunction(this::delayMillis)
                        .build());
    }

    /** Subscribes to the call again after each 429, until it answers something else or the retries are used up. */
    Mono<HttpReply> applyTo(HttpCall call, Mono<HttpReply> sent) {
        return Mono.defer(() -> {
            Retry.AsyncContext<HttpReply> attempts = retry.asyncContext();
            return sent.retryWhen(reactor.util.retry.Retry.from(failures ->
                    failures.concatMap(failure -> next(call, attempts.onError(failure.failure()), failure.failure()))));
        });
    }

    private Mono<Long> next(HttpCall call, long delayMillis, Throwable failure) {
        if (delayMillis < 0) {
            return Mono.error(failure);
        }
        LOG.debug("{} was answered with 429, again in {} ms", call, delayMillis);
        Duration delay = Duration.ofMillis(delayMillis);
        onWait.accept(delay);
        return Mono.delay(delay, scheduler);
    }

    private boolean isWorthWaiting(Throwable failure) {
        return failure instanceof RateLimited limited
                && limited.retryAfter().orElse(Duration.ZERO).compareTo(policy.maxRetryAfter()) <= 0;
    }

    /** The delay after so many tries; never less than {@code Retry-After}, not by a part of a millisecond either. */
    private long delayMillis(int tries, Either<Throwable, HttpReply> outcome) {
        Duration retryAfter = outcome.getLeft() instanceof RateLimited limited
                ? limited.retryAfter().orElse(Duration.ZERO)
                : Duration.ZERO;
        double asked = retryAfter.plusNanos(999_999).toMillis();
        double initial = policy.initialDelay().toMillis();
        double own = Math.min(
                initial * Math.pow(2, tries - 1), (double) policy.maxDelay().toMillis());
        double delay = asked >= own
                ? asked * (1 + JITTER * random.nextDouble())
                : Math.max(asked, own * (1 - JITTER + 2 * JITTER * random.nextDouble()));
        return (long) Math.ceil(delay);
    }
}
