package io.agentruntime.spring.codebolt;

import io.agentruntime.codebolt.CodeboltPlugin;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.spring.RuntimeConnection;
import io.agentruntime.stream.SubscriberStats;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A {@link CodeboltPlugin}, as the application's lifecycle sees it. */
record CodeboltConnection(CodeboltPlugin runtime) implements RuntimeConnection {

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
