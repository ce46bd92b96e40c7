package io.agentruntime.spring.octavus;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.octavus.OctavusSocketTransport;
import io.agentruntime.spring.RuntimeConnection;
import io.agentruntime.stream.SubscriberStats;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A {@link OctavusSocketTransport}, as the application's lifecycle sees it. */
record OctavusConnection(OctavusSocketTransport runtime) implements RuntimeConnection {

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
        return Mono.empty();
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
