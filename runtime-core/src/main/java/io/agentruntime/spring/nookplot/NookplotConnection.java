package io.agentruntime.spring.nookplot;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.spring.RuntimeConnection;
import io.agentruntime.stream.SubscriberStats;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A runtime of Nookplot, as the application's lifecycle sees it. */
record NookplotConnection(NookplotRuntime runtime) implements RuntimeConnection {

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

    @Override
    public List<Subscription> subscriptions() {
        return runtime.channels().subscriptions().stream()
                .map(channel -> new Subscription(
                        channel.channelId(), channel.status().name().toLowerCase(Locale.ROOT)))
                .toList();
    }
}
