package io.agentruntime.spring;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Disconnected;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.stream.HotStream;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One connection between the application's start and its stop. */
final class WatchedConnection {

    private static final Logger log = LoggerFactory.getLogger(WatchedConnection.class);

    private final String protocol;
    private final String name;
    private final RuntimeConnection connection;
    private final boolean autoConnect;
    private final ApplicationEventPublisher events;
    private final AtomicReference<RuntimeStatus> status;
    private final HotStream<Step> steps;
    private final Disposable.Swap watching = Disposables.swap();
    private final Disposable.Swap publishing = Disposables.swap();
    private final Disposable.Swap connecting = Disposables.swap();

    private volatile Step latest = Step.NONE;
    private volatile Flux<Step> published = Flux.just(Step.NONE);

    WatchedConnection(
            String protocol,
            String name,
            RuntimeConnection connection,
            boolean autoConnect,
            ApplicationEventPublisher events) {
        this.protocol = protocol;
        this.name = name;
        this.connection = connection;
        this.autoConnect = autoConnect;
        this.events = events;
        this.status = new AtomicReference<>(RuntimeStatus.initial(protocol, name, autoConnect, Instant.now()));
        this.steps = new HotStream<>("application events of " + protocol + " '" + name + "'", null);
    }

    void start() {
        published = steps.flux(StreamOptions.of(OverflowPolicy.DROP_OLDEST))
                .doOnNext(this::publish)
                .replay(1)
                .autoConnect(0, publishing::update);
        watching.update(connection.state().index(Step::new).subscribe(this::onStep));
        if (autoConnect) {
            connecting.update(connection.connect().subscribe(nothing -> {}, this::onConnectFailed));
        }
    }

    /**
     * Completes when what was queued is out, the connection has ended, and the event that says so has been published. Never
     * fails: others are stopped beside it.
     */
    Mono<Void> stop(Duration drainTimeout) {
        Mono<Void> end = Mono.defer(connection::disconnect)
                .then(Mono.defer(() -> published.filter(this::isTheEnd).next().then()));
        return orSay(Mono.defer(() -> connection.drain(drainTimeout)))
                .then(orSay(end))
                .doOnTerminate(this::letGo)
                .doOnCancel(this::letGo);
    }

    private Mono<Void> orSay(Mono<Void> step) {
        return step.onErrorResume(error -> {
            log.warn("{} '{}' did not stop in good order: {}", protocol, name, RuntimeClientException.describe(error));
            return Mono.empty();
        });
    }

    private boolean isTheEnd(Step step) {
        return step.state() instanceof Disconnected && step.equals(latest);
    }

    /** Before anybody hears that the stop is done: whoever does may start again. */
    private void letGo() {
        connecting.update(Disposables.disposed());
        watching.update(Disposables.disposed());
        publishing.update(Disposables.disposed());
    }

    /** What the status shows waits for no listener. */
    private void onStep(Step step) {
        Instant now = Instant.now();
        status.updateAndGet(before -> before.moved(step.state(), now));
        latest = step;
        steps.next(step);
    }

    /** A listener that throws has seen its event all the same, and sees the next one. */
    private void publish(Step step) {
        if (step.index() == 0) {
            return; // nothing has changed yet
        }
        ConnectionStateChanged event = new ConnectionStateChanged(protocol, name, step.state(), connection.runtime());
        try {
            events.publishEvent(event);
        } catch (Throwable e) {
            Exceptions.throwIfJvmFatal(e);
            log.warn("A listener of {} has failed", event, e);
        }
    }

    private void onConnectFailed(Throwable error) {
        if (error instanceof DisconnectedException) {
            return; // stopped, or disconnected by the application
        }
        status.updateAndGet(before -> before.failed(error));
        log.warn(
                "{} '{}' did not connect, and stays so until it is told to connect again: {}",
                protocol,
                name,
                RuntimeClientException.describe(error));
    }

    String name() {
        return name;
    }

    RuntimeConnection connection() {
        return connection;
    }

    RuntimeStatus status() {
        return Objects.requireNonNull(status.get());
    }

    /** A state of the connection, counted from the one that the start finds. */
    private record Step(long index, ConnectionState state) {

        /** Before the first start. */
        static final Step NONE = new Step(-1, new Disconnected());
    }
}
