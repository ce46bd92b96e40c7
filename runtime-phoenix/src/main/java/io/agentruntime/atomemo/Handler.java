package io.agentruntime.atomemo;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * What a plugin does for one kind of request. Called once for each request, possibly many at the same time; it must not
 * block. What it throws, or its {@code Mono} fails with, is told to the hub. Cancelled when the request takes too long, and
 * when the hub is gone for good.
 *
 * @param <Q> the request
 * @param <A> the answer
 */
@FunctionalInterface
public interface Handler<Q, A> {

    /** The answer to a request. Empty: JSON's {@code null}. */
    Mono<? extends A> handle(Q request);

    /**
     * A plain function, which may block: it runs on {@link Schedulers#boundedElastic()}, and is interrupted when it is
     * cancelled. {@code null} is JSON's.
     */
    static <Q, A> Handler<Q, A> blocking(Function<? super Q, ? extends @Nullable A> function) {
        return request -> Mono.<A>fromCallable(() -> function.apply(request)).subscribeOn(Schedulers.boundedElastic());
    }
}
