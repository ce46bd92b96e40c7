package io.agentruntime.connection;

import io.agentruntime.error.SessionEndedException;
import io.agentruntime.error.TimeLimitException;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/**
 * What a session waits for: answers told apart by a key, each with a time limit. When the session ends, everybody who
 * still waits gets an error.
 *
 * @param <K> what an answer is recognised by
 * @param <V> the answer
 */
public final class PendingReplies<K, V> {

    private final Scheduler timer;
    private final ConcurrentMap<K, Waiting<V>> waiting = new ConcurrentHashMap<>();
    private volatile @Nullable Ended ended;

    /** @param timer where the time limits are kept */
    public PendingReplies(Scheduler timer) {
        this.timer = timer;
    }

    /**
     * Waits for the answer to {@code key}, from before {@code request} is subscribed, which sends the request.
     *
     * <p>Errors: {@link TimeLimitException} after {@code limit}, {@link SessionEndedException} when the session ends
     * first, and the error of {@code request}. A second wait for the same key replaces the first, which then gets {@link
     * IllegalStateException}. Cancelling forgets the answer.
     *
     * @param what names the request in errors, e.g. {@code channel.subscribe}
     */
    public Mono<V> await(K key, String what, Duration limit, Mono<Void> request) {
        return Mono.create(sink -> {
            Waiting<V> entry = new Waiting<>(sink, what);
            Waiting<V> replaced = waiting.put(key, entry);
            if (replaced != null) {
                Outcomes.fail(replaced.sink, new IllegalStateException("Asked again before the answer came: " + what));
            }
            Disposable clock = timer.schedule(
                    () -> fail(key, entry, new TimeLimitException(what, limit)),
                    limit.toMillis(),
                    TimeUnit.MILLISECONDS);
            Disposable sending =
                    request.contextWrite(sink.contextView()).subscribe(nothing -> {}, e -> fail(key, entry, e));
            sink.onDispose(() -> {
                waiting.remove(key, entry);
                clock.dispose();
                sending.dispose();
            });
            Ended over = ended;
            if (over != null) {
                fail(key, entry, new SessionEndedException(what, over.cause));
            }
        });
    }

    /** The answer to {@code key} is here. Whether anybody waited for it. */
    public boolean answer(K key, V value) {
        Waiting<V> entry = waiting.remove(key);
        if (entry == null) {
            return false;
        }
        Outcomes.succeed(entry.sink, value);
        return true;
    }

    /** {@code key} is refused. Whether anybody waited for it. */
    public boolean refuse(K key, Throwable error) {
        Waiting<V> entry = waiting.remove(key);
        if (entry == null) {
            return false;
        }
        Outcomes.fail(entry.sink, error);
        return true;
    }

    /** The session has ended: whoever waits, or comes later, gets {@link SessionEndedException}. */
    public void sessionEnded(@Nullable Throwable cause) {
        ended = new Ended(cause);
        waiting.forEach((key, entry) -> fail(key, entry, new SessionEndedException(entry.what, cause)));
    }

    /** How many wait. */
    public int size() {
        return waiting.size();
    }

    private void fail(K key, Waiting<V> entry, Throwable error) {
        if (waiting.remove(key, entry)) {
            Outcomes.fail(entry.sink, error);
        }
    }

    private record Waiting<V>(MonoSink<V> sink, String what) {}

    private record Ended(@Nullable Throwable cause) {}
}
