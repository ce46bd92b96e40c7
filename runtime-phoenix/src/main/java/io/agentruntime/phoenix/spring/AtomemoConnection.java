package io.agentruntime.phoenix.spring;

import io.agentruntime.atomemo.AtomemoPlugin;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.Failure;
import io.agentruntime.connection.FailureClassifier;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.connection.Verdict;
import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.spring.RuntimeConnection;
import io.agentruntime.stream.SubscriberStats;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;
import reactor.util.retry.Retry.RetrySignal;

/** An {@link AtomemoPlugin}, as the application's lifecycle sees it: connected is a plugin whose socket is. */
record AtomemoConnection(AtomemoPlugin runtime, ReconnectPolicy policy) implements RuntimeConnection {

    @Override
    public Flux<ConnectionState> state() {
        return runtime.transporter().state();
    }

    /**
     * Runs the plugin. The socket follows its own policy; what comes before it, asking who the author is, is tried again too
     * when the platform is away or has too much to do.
     */
    @Override
    public Mono<Void> connect() {
        return runtime.run().retryWhen(Retry.from(failures -> failures.concatMap(this::next)));
    }

    private Mono<Long> next(RetrySignal failed) {
        Throwable error = failed.failure();
        int retries = (int) Math.min(failed.totalRetries(), Integer.MAX_VALUE);
        if (retries >= policy.maxRetries() || !passes(error)) {
            return Mono.error(error);
        }
        RandomGenerator random = ThreadLocalRandom.current();
        Duration delay = policy.delays().delay(retries, Duration.ZERO, random);
        return Mono.delay(policy.heeding(error, delay, random));
    }

    private static boolean passes(Throwable error) {
        return error instanceof ConnectFailedException
                || error instanceof ConnectionLostException
                || error instanceof TimeLimitException
                || (error instanceof HttpStatusException
                        && FailureClassifier.standard().classify(new Failure(error, 0, false, false, false))
                                == Verdict.RETRY);
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
