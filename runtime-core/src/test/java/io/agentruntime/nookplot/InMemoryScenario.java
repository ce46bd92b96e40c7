package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.support.Secrets;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A gateway in memory, two agents and one runtime, all on one virtual clock. */
class InMemoryScenario {

    /** Another one for each gateway: one's ticket must not be another one's channel, for tickets are watched for. */
    private static final AtomicLong SEED = new AtomicLong();

    final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    final EmbeddedGateway gateway = EmbeddedGateway.builder()
            .seed(SEED.incrementAndGet())
            .secrets(Secrets::register)
            .inMemory(time);
    final GatewayAgent alice = gateway.agent("alice");
    final GatewayAgent bob = gateway.agent("bob");

    /** What a publisher has signalled so far. */
    static final class Seen<T> {
        final List<T> values = new ArrayList<>();

        @Nullable
        Throwable error;

        boolean completed;

        T last() {
            return values.get(values.size() - 1);
        }
    }

    NookplotRuntime runtime() {
        return runtime(builder -> builder);
    }

    NookplotRuntime runtime(UnaryOperator<NookplotRuntimeBuilder> options) {
        return options.apply(gateway.runtime(alice)).build();
    }

    /** A runtime that is connected. */
    NookplotRuntime connected(UnaryOperator<NookplotRuntimeBuilder> options) {
        NookplotRuntime runtime = runtime(options);
        await(runtime.connect());
        return runtime;
    }

    NookplotRuntime connected() {
        return connected(builder -> builder);
    }

    <T> Seen<T> watch(Flux<T> flux) {
        Seen<T> seen = new Seen<>();
        flux.subscribe(seen.values::add, error -> seen.error = error, () -> seen.completed = true);
        return seen;
    }

    <T> Seen<T> watch(Mono<T> mono) {
        return watch(mono.flux());
    }

    /** Subscribes, lets a second pass, and gives the result. */
    <T> @Nullable T await(Mono<T> mono) {
        return await(mono, Duration.ofSeconds(1));
    }

    <T> @Nullable T await(Mono<T> mono, Duration patience) {
        AtomicReference<@Nullable T> value = new AtomicReference<>();
        AtomicReference<@Nullable Throwable> error = new AtomicReference<>();
        AtomicReference<Boolean> done = new AtomicReference<>(false);
        mono.subscribe(
                value::set,
                e -> {
                    error.set(e);
                    done.set(true);
                },
                () -> done.set(true));
        pass(patience);
        Throwable thrown = error.get();
        if (thrown instanceof RuntimeException runtime) {
            throw runtime;
        }
        if (!done.get()) {
            throw new AssertionError("Neither a result nor an error within " + patience);
        }
        return value.get();
    }

    void pass(Duration duration) {
        time.advanceTimeBy(duration);
    }

    /** Drops the sockets, and lets the runtime come back. */
    void loseAndRegain(NookplotRuntime runtime) {
        gateway.faults().dropAllSockets();
        pass(Duration.ofSeconds(3));
        assertThat(runtime.currentState().name()).isEqualTo("connected");
    }

    static List<String> names(Seen<ConnectionState> states) {
        return states.values.stream().map(ConnectionState::name).toList();
    }
}
