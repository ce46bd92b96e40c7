package io.agentruntime.http;

import io.agentruntime.error.TimeLimitException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/**
 * Ends a body that falls silent, for those who implement a {@link StreamingExchange}. Unlike Reactor's {@code timeout} it
 * counts only while a chunk is asked for, so that a slow reader is not taken for a silent server.
 */
public final class IdleLimit {

    private IdleLimit() {}

    /** The chunks, until for so long none came that was asked for: then a {@link TimeLimitException}. */
    public static Flux<byte[]> of(HttpCall call, Duration limit, Scheduler timer, Flux<byte[]> chunks) {
        return chunks.transform(Operators.<byte[], byte[]>lift(
                (source, subscriber) -> new Watch(subscriber, limit, timer, "The next chunk of " + call)));
    }

    /** One timer a subscription, which looks how long it has been silent and sleeps for the rest. */
    private static final class Watch implements CoreSubscriber<byte[]>, Subscription, Runnable {

        private static final int QUIET = 0;
        private static final int EMITTING = 1;
        private static final int OVER = 2;

        private final CoreSubscriber<? super byte[]> reader;
        private final Duration limit;
        private final Scheduler timer;
        private final String what;
        private final AtomicInteger state = new AtomicInteger();
        private final AtomicLong wanted = new AtomicLong();
        private final Disposable.Swap next = Disposables.swap();
        private volatile long since;
        private Subscription upstream = Operators.emptySubscription();

        Watch(CoreSubscriber<? super byte[]> reader, Duration limit, Scheduler timer, String what) {
            this.reader = reader;
            this.limit = limit;
            this.timer = timer;
            this.what = what;
        }

        @Override
        public Context currentContext() {
            return reader.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            upstream = subscription;
            since = now();
            sleep(limit.toMillis());
            reader.onSubscribe(this);
        }

        @Override
        public void request(long n) {
            if (wanted.getAndUpdate(before -> Operators.addCap(before, n)) == 0) {
                since = now();
            }
            upstream.request(n);
        }

        @Override
        public void onNext(byte[] chunk) {
            if (!state.compareAndSet(QUIET, EMITTING) && state.get() == OVER) {
                return;
            }
            since = now();
            wanted.updateAndGet(before -> before == Long.MAX_VALUE ? before : before - 1);
            reader.onNext(chunk);
            state.compareAndSet(EMITTING, QUIET);
        }

        @Override
        public void onComplete() {
            if (end()) {
                reader.onComplete();
            }
        }

        @Override
        public void onError(Throwable error) {
            if (end()) {
                reader.onError(error);
            }
        }

        @Override
        public void cancel() {
            end();
            upstream.cancel();
        }

        private boolean end() {
            next.dispose();
            return state.getAndSet(OVER) != OVER;
        }

        @Override
        public void run() {
            long silent = wanted.get() == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(now() - since);
            if (silent < limit.toMillis()) {
                sleep(limit.toMillis() - silent);
            } else if (state.compareAndSet(QUIET, OVER)) {
                upstream.cancel();
                reader.onError(new TimeLimitException(what, limit));
            } else {
                sleep(limit.toMillis());
            }
        }

        private void sleep(long millis) {
            if (state.get() != OVER) {
                next.update(timer.schedule(this, millis, TimeUnit.MILLISECONDS));
            }
        }

        /** In nanoseconds, for only then is it a clock that nobody sets. */
        private long now() {
            return timer.now(TimeUnit.NANOSECONDS);
        }
    }
}
