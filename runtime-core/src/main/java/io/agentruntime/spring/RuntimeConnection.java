package io.agentruntime.spring;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.stream.SubscriberStats;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What the application's lifecycle, its health and its actuator endpoint need of a runtime, whatever its protocol. */
public interface RuntimeConnection {

    /** The runtime itself. */
    Object runtime();

    /** The present state, then each one after it. Never fails. */
    Flux<ConnectionState> state();

    /** Connects. Errors: whatever the first connection fails with. */
    Mono<Void> connect();

    /** Lets what is queued go out and in, for {@code limit} at most. Never fails. */
    Mono<Void> drain(Duration limit);

    /** Ends the connection; {@link #connect()} may start again. Never fails. */
    Mono<Void> disconnect();

    /** Every present subscriber of the runtime's streams, with its buffer and its losses. */
    List<SubscriberStats> subscribers();

    /** What the server is asked for at each connect, channels for example, each with how it stands. */
    default List<Subscription> subscriptions() {
        return List.of();
    }

    /**
     * One thing that the server is asked for at each connect.
     *
     * @param name which
     * @param status how it stands, in the protocol's words
     */
    record Subscription(String name, String status) {}
}
