package io.agentruntime.octavus;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/**
 * Completes behind the last element that counts, as {@code takeUntil} does, but lets the source come to its own end meanwhile,
 * for a limited time: an answer that was read to its end leaves a connection that can be used again.
 */
final class ReadOn<T> implements CoreSubscriber<T>, Subscription {

    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final CoreSubscriber<? super T> reader;
    private final Predicate<T> isLast;
    private final Scheduler timer;
    private final Disposable.Swap limit = Disposables.swap();
    private Subscription source = Operators.emptySubscription();
    private volatile boolean over;

    private ReadOn(CoreSubscriber<? super T> reader, Predicate<T> isLast, Scheduler timer) {
        this.reader = reader;
        this.isLast = isLast;
        this.timer = timer;
    }

    static <T> Flux<T> untilEnd(Flux<T> source, Predicate<T> isLast, Scheduler timer) {
        return source.transform(Operators.<T, T>lift((scannable, reader) -> new ReadOn<>(reader, isLast, timer)));
    }

    @Override
    public Context currentContext() {
        return reader.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        source = subscription;
        reader.onSubscribe(this);
    }

    @Override
    public void onNext(T element) {
        if (over) {
            return;
        }
        over = isLast.test(element);
        reader.onNext(element);
        if (over) {
            reader.onComplete();
            limit.update(timer.schedule(source::cancel, LIMIT.toMillis(), TimeUnit.MILLISECONDS));
            source.request(Long.MAX_VALUE);
        }
    }

    @Override
    public void onError(Throwable error) {
        limit.dispose();
        if (!over) {
            reader.onError(error);
        }
    }

    @Override
    public void onComplete() {
        limit.dispose();
        if (!over) {
            reader.onComplete();
        }
    }

    @Override
    public void request(long n) {
        source.request(n);
    }

    @Override
    public void cancel() {
        if (!over) {
            source.cancel();
        }
    }
}
