package io.agentruntime.telemetry;

import io.agentruntime.connection.ConnectionListener;
import io.agentruntime.connection.Session;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.StreamingExchange;
import io.agentruntime.stream.StreamKind;
import io.agentruntime.transport.PipeConnector;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Lets one runtime's {@link Recorder} hear of everything: wraps the parts that a runtime is made of. Where nobody watches,
 * each part is what it was before.
 */
public final class RuntimeTelemetry {

    private final Recorder recorder;
    private final boolean silent;
    private final Scheduler clock;

    private RuntimeTelemetry(Recorder recorder, Scheduler clock) {
        this.recorder = recorder;
        this.silent = recorder == Recorder.NONE;
        this.clock = clock;
    }

    /** Opens the telemetry of a runtime. To be called last, when nothing can fail any more: it has to be closed. */
    public static RuntimeTelemetry open(Telemetry telemetry, String protocol, Scheduler clock) {
        Recorder recorder = telemetry.open(protocol);
        return new RuntimeTelemetry(recorder == Recorder.NONE ? recorder : new GuardedRecorder(recorder), clock);
    }

    /** Whoever hears of what nothing here is wrapped around. */
    public Recorder recorder() {
        return recorder;
    }

    /** Pipes whose messages are counted, and whose pings are timed. */
    public PipeConnector pipes(PipeConnector connector) {
        return silent ? connector : new WatchedPipes(connector, recorder, clock);
    }

    /** Requests that are observed one by one. */
    public HttpExchange http(HttpExchange exchange) {
        return silent ? exchange : new WatchedRequests(recorder).whole(exchange);
    }

    /** Requests that are observed one by one, each to the end of its answer. */
    public StreamingExchange streaming(StreamingExchange exchange) {
        return silent ? exchange : new WatchedRequests(recorder).streaming(exchange);
    }

    /** A listener that is told after the recorder. */
    public <S extends Session> ConnectionListener<S> connection(ConnectionListener<S> listener) {
        return silent ? listener : new WatchedConnection<>(listener, recorder);
    }

    /** See {@link Recorder#streams}. */
    public void streams(StreamKind... kinds) {
        recorder.streams(List.of(kinds));
    }

    /**
     * Observes what a {@code Mono} does, from subscription to its end.
     *
     * @param status what a value says of the outcome; see {@link Observed#answered}
     */
    public <T> Mono<T> observe(Operation operation, Mono<T> work, Function<? super T, String> status) {
        return silent
                ? work
                : Mono.deferContextual(caller -> {
                    Observed observed = recorder.begin(operation, caller);
                    return work.doOnSuccess(value -> observed.answered(value == null ? "ok" : status.apply(value)))
                            .doOnError(observed::failed)
                            .doOnCancel(observed::cancelled)
                            .contextWrite(observed::within);
                });
    }

    /**
     * Observes what a {@code Flux} does, from subscription to its end, which is {@code ok} unless it fails.
     *
     * @param givenUp whether an element says that it ends before its time, because this side wants it
     */
    public <T> Flux<T> observe(Operation operation, Flux<T> work, Predicate<? super T> givenUp) {
        return silent
                ? work
                : Flux.deferContextual(caller -> {
                    Observed observed = recorder.begin(operation, caller);
                    return work.doOnNext(element -> {
                                if (givenUp.test(element)) {
                                    observed.cancelled();
                                }
                            })
                            .doOnComplete(() -> observed.answered("ok"))
                            .doOnError(observed::failed)
                            .doOnCancel(observed::cancelled)
                            .contextWrite(observed::within);
                });
    }

    /** The answer to a heartbeat is here that went out at {@code nanos} of {@link #nanos()}. */
    public void heartbeat(long nanos) {
        recorder.heartbeat(Duration.ofNanos(nanos() - nanos));
    }

    /** The runtime's clock. */
    public long nanos() {
        return clock.now(TimeUnit.NANOSECONDS);
    }

    /** The runtime is closed for good. */
    public void close() {
        recorder.close();
    }
}
