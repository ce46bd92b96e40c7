package io.agentruntime.spring;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Disconnected;
import io.agentruntime.error.DisconnectedException;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import reactor.core.Disposable;
import reactor.core.Disposables;
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
    private final Disposable.Swap watching = Disposables.swap();
    private final Disposable.Swap connecting = Disposables.swap();

    private volatile RuntimeStatus status;
    private volatile Flux<ConnectionState> published = Flux.just(new Disconnected());

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
        this.status = RuntimeStatus.initial(protocol, name, autoConnect, Instant.now());
    }

    void start() {
        published = connection
                .state()
                .index()
                .doOnNext(state -> onState(state.getT2(), state.getT1() > 0))
                .map(state -> state.getT2())
                .replay(1)
                .autoConnect(0, watching::update);
        if (autoConnect) {
            connecting.update(connection.connect().subscribe(nothing -> {}, this::onConnectFailed));
        }
    }

    /** Completes when what was queued is out, the connection has ended, and the event that says so has been published. */
    Mono<Void> stop(Duration drainTimeout) {
        return connection
                .drain(drainTimeout)
                .then(Mono.defer(connection::disconnect))
                .then(Mono.defer(
                        () -> published.ofType(Disconnected.class).next().then()))
                .doOnTerminate(this::letGo)
                .doOnCancel(this::letGo);
    }

    /** Before anybody hears that the stop is done: whoever does may start again. */
    private void letGo() {
        connecting.update(Disposables.disposed());
        watching.update(Disposables.disposed());
    }

    private void onState(ConnectionState state, boolean changed) {
        status = status.moved(state, Instant.now());
        if (changed) {
            publish(new ConnectionStateChanged(protocol, name, state, connection.runtime()));
        }
    }

    /** A listener that throws has seen its event all the same, and sees the next one. */
    private void publish(ConnectionStateChanged event) {
        try {
            events.publishEvent(event);
        } catch (RuntimeException e) {
            log.warn("A listener of {} has failed", event, e);
        }
    }

    private void onConnectFailed(Throwable error) {
        if (error instanceof DisconnectedException) {
            return; // stopped, or disconnected by the application
        }
        status = status.failed(error);
        log.warn("{} '{}' did not connect; it stays so until it is told to connect again", protocol, name, error);
    }

    String name() {
        return name;
    }

    RuntimeConnection connection() {
        return connection;
    }

    RuntimeStatus status() {
        return status;
    }
}
