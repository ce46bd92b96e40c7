package io.agentruntime.http;

import io.agentruntime.error.CallRefusedException;
import io.agentruntime.error.HttpStatusException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.publisher.Mono;

/** An exchange behind a circuit breaker. Loaded only when one is plugged in, for the dependency is optional. */
final class CircuitBreakerExchange implements HttpExchange {

    private final HttpExchange exchange;
    private final CircuitBreaker breaker;

    CircuitBreakerExchange(HttpExchange exchange, CircuitBreaker breaker) {
        this.exchange = exchange;
        this.breaker = breaker;
    }

    @Override
    public Mono<HttpReply> exchange(HttpCall call) {
        return Mono.defer(() -> {
            if (!breaker.tryAcquirePermission()) {
                return Mono.error(new CallRefusedException(
                        call.toString(), "circuit breaker '" + breaker.getName() + "' is " + breaker.getState()));
            }
            long start = breaker.getCurrentTimestamp();
            // A permission is given back exactly once, also when a cancel follows the answer.
            AtomicBoolean open = new AtomicBoolean(true);
            return exchange.exchange(call)
                    .doOnNext(reply -> {
                        if (open.compareAndSet(true, false)) {
                            record(call, reply, breaker.getCurrentTimestamp() - start);
                        }
                    })
                    .doOnError(error -> {
                        if (open.compareAndSet(true, false)) {
                            long duration = breaker.getCurrentTimestamp() - start;
                            breaker.onError(duration, breaker.getTimestampUnit(), error);
                        }
                    })
                    .doOnCancel(() -> {
                        if (open.compareAndSet(true, false)) {
                            breaker.releasePermission();
                        }
                    });
        });
    }

    private void record(HttpCall call, HttpReply reply, long duration) {
        if (reply.status() >= 500) {
            HttpStatusException error =
                    HttpStatusException.of(reply.status(), call.method(), call.path(), null, null, null);
            breaker.onError(duration, breaker.getTimestampUnit(), error);
        } else {
            breaker.onResult(duration, breaker.getTimestampUnit(), reply);
        }
    }
}
