package io.agentruntime.phoenix.spring;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.phoenix.PhoenixSocket;
import io.agentruntime.spring.RuntimeConnection;
import io.agentruntime.stream.SubscriberStats;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A {@link PhoenixSocket}, as the application's lifecycle sees it. */
record PhoenixConnection(PhoenixSocket runtime) implements RuntimeConnection {

    @Override
    public Flux<ConnectionState> state() {
        return runtime.state();
    }

    @Override
    public Mono<Void> connect() {
        return runtime.connect().then();
    }

    @Override
    public Mono<Void> drain(Duration limit) {
        return runtime.drain(limit);
    }

    @Override
    public Mono<Void> disconnect() {
        return runtime.disconnect();
    }

    @Override
    public List<SubscriberStats> subscribers() {
        return runtime.subscribers();
    }
}
