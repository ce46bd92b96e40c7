package io.agentruntime.connection;

import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Connecting;
import io.agentruntime.connection.ConnectionState.Disconnected;
import io.agentruntime.connection.ConnectionState.Failed;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.stream.HotStream;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;

/**
 * Where a connection stands, and the only place that changes it. {@link ConnectionState} has the table of transitions.
 * Called by tasks of the engine's inbox only.
 */
final class StateMachine {

    private static final Logger log = LoggerFactory.getLogger(ConnectionEngine.class);

    /** Retries in a row that are logged at WARN; those after them are logged at DEBUG, for an outage can be long. */
    private static final int LOUD_RETRIES = 3;

    private final ConnectionOptions options;
    private final ConnectionListener<?> listener;
    private final HotStream<ConnectionState> states;
    private volatile ConnectionState state = new Disconnected();

    StateMachine(ConnectionOptions options, ConnectionListener<?> listener) {
        this.options = options;
        this.listener = listener;
        this.states = new HotStream<>("states of " + options.name(), null);
    }

    ConnectionState current() {
        return state;
    }

    /** The present state and those after it; {@code inbox} is where {@link #moveTo} is called. */
    Flux<ConnectionState> flux(Executor inbox) {
        return states.fluxAfter(this::current, inbox, options.delivery());
    }

    void complete() {
        states.complete();
    }

    /** Changes the state, unless it is the same; then tells the listener and the subscribers, in this order. */
    void moveTo(ConnectionState next) {
        ConnectionState present = state;
        if (next.equals(present)) {
            return;
        }
        if (!allowed(present, next)) {
            throw new IllegalStateException("No transition from " + present + " to " + next);
        }
        state = next;
        report(next);
        tell(() -> listener.onState(next));
        states.next(next);
    }

    /** Brings news to the listener; one that throws is logged and does no harm. */
    void tell(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException e) {
            log.error("The listener of {} failed", options.name(), e);
        }
    }

    private static boolean allowed(ConnectionState from, ConnectionState to) {
        if (from instanceof Disconnected) {
            return to instanceof Connecting;
        }
        if (from instanceof Failed) {
            return to instanceof Connecting || to instanceof Disconnected;
        }
        return !(to instanceof Connecting) && !(from instanceof Connected && to instanceof Connected);
    }

    private void report(ConnectionState next) {
        if (next instanceof Reconnecting retry) {
            String line = "{}: connection lost or not to be had ({}); attempt {} in {} ms";
            if (retry.attempt() <= LOUD_RETRIES) {
                log.warn(
                        line,
                        options.name(),
                        RuntimeClientException.describe(retry.cause()),
                        retry.attempt(),
                        retry.delay().toMillis());
            } else {
                log.debug(
                        line,
                        options.name(),
                        RuntimeClientException.describe(retry.cause()),
                        retry.attempt(),
                        retry.delay().toMillis());
            }
        } else if (next instanceof Failed failed) {
            log.error("{}: connection given up: {}", options.name(), RuntimeClientException.describe(failed.cause()));
        } else {
            log.info("{}: {}", options.name(), next.name());
        }
    }
}
