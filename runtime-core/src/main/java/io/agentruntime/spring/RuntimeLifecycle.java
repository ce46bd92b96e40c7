package io.agentruntime.spring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Connects the runtimes of one protocol when the application starts, which does not wait for it, and disconnects them when it
 * stops: what is queued goes out and in first, then the sessions end in good order. Tells the application of every state.
 *
 * <p>A stop takes at most as long as Boot gives a phase ({@code spring.lifecycle.timeout-per-shutdown-phase}). An application
 * context that is started again connects again.
 */
public final class RuntimeLifecycle implements SmartLifecycle {

    /**
     * By default connections start before the web server, and end after it has answered its last request: requests that are
     * under way may need them.
     */
    public static final int CONNECTION_PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

    private final String protocol;
    private final int phase;
    private final Duration drainTimeout;
    private final Duration stopTimeout;
    private final List<WatchedConnection> connections;
    private volatile boolean running;

    private RuntimeLifecycle(Builder options) {
        this.protocol = options.protocol;
        this.phase = options.phase;
        this.stopTimeout = options.stopTimeout;
        // A drain that takes all the time would leave none for an orderly end.
        this.drainTimeout = shorter(options.drainTimeout, options.stopTimeout.dividedBy(2));
        this.connections = List.copyOf(options.connections);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    /** Starts to configure the lifecycle of a protocol's runtimes. */
    public static Builder builder(String protocol, ApplicationEventPublisher events) {
        return new Builder(protocol, events);
    }

    @Override
    public void start() {
        running = true;
        connections.forEach(WatchedConnection::start);
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public void stop(Runnable callback) {
        Flux.fromIterable(connections)
                .flatMap(connection -> connection.stop(drainTimeout), Integer.MAX_VALUE)
                .then()
                .timeout(stopTimeout, Mono.empty(), Schedulers.parallel())
                .doFinally(signal -> {
                    running = false;
                    callback.run();
                })
                .subscribe();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return phase;
    }

    /** The protocol, e.g. {@code nookplot}. */
    public String protocol() {
        return protocol;
    }

    /** Where each of the runtimes stands. */
    public List<RuntimeStatus> statuses() {
        return connections.stream().map(WatchedConnection::status).toList();
    }

    /** Where a runtime stands. */
    public Optional<RuntimeStatus> status(String name) {
        return find(name).map(WatchedConnection::status);
    }

    Optional<WatchedConnection> find(String name) {
        return connections.stream()
                .filter(connection -> connection.name().equals(name))
                .findFirst();
    }

    List<WatchedConnection> connections() {
        return connections;
    }

    /** Configures a {@link RuntimeLifecycle}. */
    public static final class Builder {

        private final String protocol;
        private final ApplicationEventPublisher events;
        private final List<WatchedConnection> connections = new ArrayList<>();
        private int phase = CONNECTION_PHASE;
        private Duration drainTimeout = Duration.ofSeconds(5);
        private Duration stopTimeout = Duration.ofSeconds(30);

        private Builder(String protocol, ApplicationEventPublisher events) {
            this.protocol = protocol;
            this.events = events;
        }

        /**
         * Adds a runtime.
         *
         * @param autoConnect whether it is connected when the application starts
         */
        public Builder add(String name, RuntimeConnection connection, boolean autoConnect) {
            connections.add(new WatchedConnection(protocol, name, connection, autoConnect, events));
            return this;
        }

        /**
         * Adds the runtimes of the application.
         *
         * @param beans runtimes by the names of their beans
         * @param type their type, which their beans' names may end with
         * @param connection how the lifecycle sees a runtime
         * @param autoConnect whether the runtime of a name is connected when the application starts
         */
        public <R> Builder addAll(
                Map<String, R> beans,
                Class<R> type,
                Function<? super R, ? extends RuntimeConnection> connection,
                Predicate<String> autoConnect) {
            beans.forEach((bean, runtime) -> {
                String name = NamedRuntimes.nameOf(bean, type);
                add(name, connection.apply(runtime), autoConnect.test(name));
            });
            return this;
        }

        /** The lifecycle's phase; default {@link #CONNECTION_PHASE}. */
        public Builder phase(int phase) {
            this.phase = phase;
            return this;
        }

        /** How long a stop lets queued messages go out and in; default 5 s, and at most half of {@code stopTimeout}. */
        public Builder drainTimeout(Duration limit) {
            this.drainTimeout = limit;
            return this;
        }

        /** The longest that a stop takes; default 30 s. */
        public Builder stopTimeout(Duration limit) {
            this.stopTimeout = limit;
            return this;
        }

        /** The lifecycle, not started. */
        public RuntimeLifecycle build() {
            return new RuntimeLifecycle(this);
        }
    }
}
