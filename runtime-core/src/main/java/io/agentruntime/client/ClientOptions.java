package io.agentruntime.client;

import io.agentruntime.connection.ConnectionEngine;
import io.agentruntime.connection.ConnectionOptions;
import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.transport.PipeSession;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** What a {@link ClientBuilder} has checked; its options say what each of these is. */
public record ClientOptions(
        Duration closeTimeout,
        Duration maxReadPause,
        ReconnectPolicy reconnect,
        FailureClassifier classifier,
        StreamOptions streams,
        Scheduler timer,
        RandomGenerator random,
        JsonCodec json) {

    private static final Duration DRAIN_POLL = Duration.ofMillis(10);

    /**
     * What the connection's engine is told.
     *
     * @param name the connection's name in logs; no secret
     * @param refreshable whether credentials come from a supplier
     */
    public ConnectionOptions connection(String name, boolean refreshable) {
        return new ConnectionOptions(
                name, reconnect, classifier, refreshable, closeTimeout, timer, random, background());
    }

    /** How those are served who are told of states, errors and the like: they slow nobody down. */
    public StreamOptions background() {
        return streams.withPolicy(OverflowPolicy.DROP_OLDEST);
    }

    /**
     * Completes when what was written is out and has been delivered here, or {@code limit} has passed; never fails.
     *
     * @param delivered whether everything that has arrived has reached its subscribers
     */
    public Mono<Void> drain(ConnectionEngine<? extends PipeSession> engine, BooleanSupplier delivered, Duration limit) {
        Mono<Void> out =
                Mono.defer(() -> engine.session().map(PipeSession::flushed).orElse(Mono.empty()));
        Mono<Void> in = Flux.interval(Duration.ZERO, DRAIN_POLL, timer)
                .takeUntil(tick -> delivered.getAsBoolean())
                .then();
        return out.then(in).timeout(limit, Mono.empty(), timer);
    }

    /** The time by the timer's clock. */
    public Instant now() {
        return Instant.ofEpochMilli(timer.now(TimeUnit.MILLISECONDS));
    }
}
