package io.agentruntime.phoenix.spring;

import io.agentruntime.atomemo.AtomemoPlugin;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.spring.RuntimeConnection;
import io.agentruntime.stream.SubscriberStats;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** An {@link AtomemoPlugin}, as the application's lifecycle sees it: connected is a plugin whose socket is. */
record AtomemoConnection(AtomemoPlugin runtime) implements RuntimeConnection {

    @Override
    public Flux<ConnectionState> state() {
        return runtime.transporter().state();
    }

    /**
     * Runs the plugin. The socket follows its own policy; what comes before it, asking who the author is, is tried again too
     * when the platform is away.
     */
    @Override
    public Mono<Void> connect() {
        return runtime.run()
                .retryWhen(Retry.backoff(Long.MAX_VALUE, Duration.ofSeconds(1))
                        .maxBackoff(Duration.ofSeconds(30))
                        .filter(AtomemoConnection::passes));
    }

    private static boolean passes(Throwable error) {
        return error instanceof ConnectFailedException
                || error instanceof ConnectionLostException
                || error instanceof TimeLimitException
                || (error instanceof HttpStatusException refused && refused.status() >= 500);
    }

    /** The plugin's own stop lets what is running finish. */
    @Override
    public Mono<Void> drain(Duration limit) {
        return Mono.empty();
    }

    @Override
    public Mono<Void> disconnect() {
        return runtime.stop();
    }

    @Override
    public List<SubscriberStats> subscribers() {
        return List.of();
    }
}
