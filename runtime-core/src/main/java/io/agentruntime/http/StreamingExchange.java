package io.agentruntime.http;

import java.time.Duration;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** One HTTP exchange whose answer is read as it comes: no retry, no opinion on the status or on what the bytes are. */
public interface StreamingExchange {

    /**
     * Sends one request, and has {@code reader} make the {@code Flux} out of its answer. Cold; each subscription sends
     * once, and never twice by itself. The answer lives as long as the {@code Flux}: cancelling it, or ending what the
     * reader returned before the body has ended, aborts the exchange and closes its connection.
     *
     * <p>The reader is called once the head has arrived, on the thread of the connection, and must not block. The body may be
     * subscribed once; chunks are as long as they happened to arrive, never empty, and are read from the peer as they are
     * requested.
     *
     * <p>Errors before the head are those of {@link HttpExchange#exchange}, with {@link HttpCall#limit()} as the limit up
     * to the head. The body fails with {@link io.agentruntime.error.ConnectionLostException} when the answer breaks off, and
     * with {@link io.agentruntime.error.TimeLimitException} at {@code maxSilence}. What the reader fails with is passed on.
     * {@link HttpCall#maxResponseBytes()} does not apply.
     *
     * @param maxSilence how long nothing may arrive while a chunk has been requested, from the head on
     */
    <T> Flux<T> stream(
            HttpCall call, Duration maxSilence, BiFunction<StreamHead, Flux<byte[]>, ? extends Publisher<T>> reader);
}
