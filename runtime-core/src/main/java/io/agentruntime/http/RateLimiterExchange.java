package io.agentruntime.http;

import io.agentruntime.error.CallRefusedException;
import io.github.resilience4j.ratelimiter.RateLimiter;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * An exchange paced by a rate limiter. Loaded only when one is plugged in, for the dependency is optional.
 *
 * <p>Permits are reserved and waited for on a timer: Resilience4j's own operator waits where cancellation cannot reach.
 */
final class RateLimiterExchange implements HttpExchange {

    private final HttpExchange exchange;
    private final RateLimiter limiter;
    private final Scheduler scheduler;

    RateLimiterExchange(HttpExchange exchange, RateLimiter limiter, Scheduler scheduler) {
        this.exchange = exchange;
        this.limiter = limiter;
        this.scheduler = scheduler;
    }

    @Override
    public Mono<HttpReply> exchange(HttpCall call) {
        return Mono.defer(() -> {
            long wait = limiter.reservePermission();
            if (wait < 0) {
                return Mono.error(new CallRefusedException(
                        call.toString(), "rate limiter '" + limiter.getName() + "' has no permit within its limit"));
            }
            Mono<HttpReply> sent = exchange.exchange(call);
            return wait == 0
                    ? sent
                    : Mono.delay(Duration.ofNanos(wait), scheduler).then(sent);
        });
    }
}
