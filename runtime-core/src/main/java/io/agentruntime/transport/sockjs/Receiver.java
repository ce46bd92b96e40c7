package io.agentruntime.transport.sockjs;

import io.agentruntime.error.HttpStatusException;
import io.agentruntime.http.StreamHead;
import io.agentruntime.net.RetryAfter;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The receiving half of a session over HTTP: one answer after the other, never two at a time, each asked for as soon as the
 * one before it has ended. A chunk is read when the last one has been dealt with, and only while there is room for it.
 *
 * <p>Everything here runs on the pipe's thread.
 */
final class Receiver {

    /** What becomes of the answers. */
    interface Handler {

        void received(byte[] chunk);

        /** An answer has ended in good order, and the next one is about to be asked for. */
        void answered();

        /** An answer broke off, was refused, or never came. */
        void failed(Throwable error);
    }

    private final Supplier<Flux<byte[]>> answers;
    private final Executor thread;
    private final BooleanSupplier hasRoom;
    private final Handler handler;
    private @Nullable Answer current;
    private boolean stopped;

    /**
     * @param answers asks for the next answer
     * @param thread the pipe's thread
     * @param hasRoom whether another chunk may be read
     */
    Receiver(Supplier<Flux<byte[]>> answers, Executor thread, BooleanSupplier hasRoom, Handler handler) {
        this.answers = answers;
        this.thread = thread;
        this.hasRoom = hasRoom;
        this.handler = handler;
    }

    /** Reads on, or asks for the next answer, if there is room and it has not been done already. */
    void proceed() {
        if (stopped || !hasRoom.getAsBoolean()) {
            return;
        }
        Answer answer = current;
        if (answer != null) {
            answer.readOn();
        } else {
            Answer next = new Answer();
            current = next;
            answers.get().subscribe(next);
        }
    }

    /** Aborts the answer under way, by which the server learns that the session is over. */
    void stop() {
        stopped = true;
        Answer answer = current;
        current = null;
        if (answer != null) {
            answer.abort();
        }
    }

    /** The error of an answer with another status than 200. */
    static Mono<byte[]> refused(StreamHead head, String method, String path, Instant now) {
        Duration retryAfter =
                RetryAfter.parse(head.header("retry-after").orElse(null), now).orElse(null);
        return Mono.error(HttpStatusException.of(head.status(), method, path, null, null, retryAfter));
    }

    /** Not one of Reactor's: what still arrives after an abort is expected, and no dropped error to be logged. */
    private final class Answer implements CoreSubscriber<byte[]> {

        private volatile @Nullable Subscription subscription;
        private volatile boolean aborted;

        /** A chunk is on its way: the first one always, for by it the answer's head is read. */
        private boolean asked = true;

        @Override
        public void onSubscribe(Subscription next) {
            subscription = next;
            if (aborted) {
                next.cancel();
            } else {
                next.request(1);
            }
        }

        void readOn() {
            Subscription open = subscription;
            if (open != null && !asked) {
                asked = true;
                open.request(1);
            }
        }

        void abort() {
            aborted = true;
            Subscription open = subscription;
            if (open != null) {
                open.cancel();
            }
        }

        @Override
        public void onNext(byte[] chunk) {
            later(() -> {
                asked = false;
                handler.received(chunk);
                proceed();
            });
        }

        @Override
        public void onComplete() {
            later(() -> {
                current = null;
                handler.answered();
                proceed();
            });
        }

        @Override
        public void onError(Throwable error) {
            later(() -> {
                current = null;
                handler.failed(error);
            });
        }

        private void later(Runnable task) {
            thread.execute(() -> {
                if (current != this) {
                    return;
                }
                try {
                    task.run();
                } catch (RuntimeException e) {
                    // A mistake of ours; without an end nobody would ever read on.
                    handler.failed(e);
                }
            });
        }
    }
}
