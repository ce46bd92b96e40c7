package io.agentruntime.telemetry;

import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.HttpReply;
import io.agentruntime.http.StreamHead;
import io.agentruntime.http.StreamingExchange;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/** HTTP requests that are observed one by one, and carry the headers that the recorder gives them. */
final class WatchedRequests {

    private final Recorder recorder;

    WatchedRequests(Recorder recorder) {
        this.recorder = recorder;
    }

    /** A request on its way. */
    private record Begun(HttpCall call, Observed observed) {}

    private Begun begin(HttpCall call, ContextView caller) {
        Map<String, String> headers = new LinkedHashMap<>(call.headers());
        Observed observed =
                recorder.begin(new Operation.HttpRequest(call.method(), call.uri(), call.template(), headers), caller);
        return new Begun(call.withHeaders(headers), observed);
    }

    HttpExchange whole(HttpExchange exchange) {
        return call -> Mono.deferContextual(caller -> {
            Begun request = begin(call, caller);
            Observed observed = request.observed;
            return exchange.exchange(request.call)
                    .doOnNext((HttpReply reply) -> observed.answered(Integer.toString(reply.status())))
                    .doOnError(observed::failed)
                    .doOnCancel(observed::cancelled)
                    .contextWrite(observed::within);
        });
    }

    StreamingExchange streaming(StreamingExchange exchange) {
        return new Streaming(exchange);
    }

    private final class Streaming implements StreamingExchange {

        private final StreamingExchange exchange;

        Streaming(StreamingExchange exchange) {
            this.exchange = exchange;
        }

        @Override
        public <T> Flux<T> stream(
                HttpCall call,
                Duration maxSilence,
                BiFunction<StreamHead, Flux<byte[]>, ? extends Publisher<T>> reader) {
            return Flux.deferContextual(caller -> {
                Begun request = begin(call, caller);
                Observed observed = request.observed;
                AtomicInteger status = new AtomicInteger();
                return exchange.<T>stream(request.call, maxSilence, (head, body) -> {
                            status.set(head.status());
                            return reader.apply(head, body);
                        })
                        .doOnComplete(() -> observed.answered(status.toString()))
                        .doOnError(error -> {
                            if (status.get() < 300) {
                                observed.failed(error);
                            } else { // the error is what the reader made of the answer
                                observed.answered(status.toString());
                            }
                        })
                        .doOnCancel(observed::cancelled)
                        .contextWrite(observed::within);
            });
        }
    }
}
