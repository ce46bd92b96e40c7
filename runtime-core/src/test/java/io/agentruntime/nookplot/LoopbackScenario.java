package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.DelayStrategy;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.support.Secrets;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.EmbeddedGatewayBuilder;
import io.agentruntime.testkit.GatewayAgent;
import io.agentruntime.testkit.RecordedFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A gateway on a real port, two agents, and runtimes that find it over real sockets. Everything is closed after each test,
 * and its keys and tickets are known to the guard that looks for secrets in logs.
 */
abstract class LoopbackScenario {

    /** Never reached unless something is broken; no test measures time. */
    static final Duration LIMIT = Duration.ofSeconds(30);

    /** For a wait that a test wants to see the end of itself. */
    static final Duration LONG = Duration.ofMinutes(10);

    /** The delay before each retry. */
    static final Duration RETRY = Duration.ofMillis(20);

    static final String REGISTER = "POST /v1/runtime/connect";
    static final String TICKET = "POST /v1/ws/ticket";
    static final String UPGRADE = "UPGRADE /ws/runtime";

    EmbeddedGateway gateway;
    GatewayAgent alice;
    GatewayAgent bob;

    private final List<NookplotRuntime> runtimes = new ArrayList<>();

    @BeforeEach
    void startGateway() {
        gateway = gatewayOptions(EmbeddedGateway.builder())
                .secrets(Secrets::register)
                .start()
                .block(LIMIT);
        alice = gateway.agent("alice");
        bob = gateway.agent("bob");
    }

    @AfterEach
    void closeAll() {
        runtimes.forEach(runtime -> runtime.close().block(LIMIT));
        gateway.close().block(LIMIT);
    }

    EmbeddedGatewayBuilder gatewayOptions(EmbeddedGatewayBuilder options) {
        return options;
    }

    /** A runtime of an agent that loses no time between attempts and background calls. */
    NookplotRuntime runtime(GatewayAgent agent, UnaryOperator<NookplotRuntimeBuilder> options) {
        NookplotRuntime runtime = options.apply(gateway.runtime(agent)
                        .backgroundPause(Duration.ZERO)
                        .reconnect(retry -> retry.unlimitedRetries().strategy(retryAfterMillis(RETRY.toMillis()))))
                .build();
        runtimes.add(runtime);
        return runtime;
    }

    NookplotRuntime runtime(UnaryOperator<NookplotRuntimeBuilder> options) {
        return runtime(alice, options);
    }

    NookplotRuntime runtime() {
        return runtime(options -> options);
    }

    NookplotRuntime connected(UnaryOperator<NookplotRuntimeBuilder> options) {
        NookplotRuntime runtime = runtime(options);
        runtime.connect().block(LIMIT);
        return runtime;
    }

    NookplotRuntime connected() {
        return connected(options -> options);
    }

    static DelayStrategy retryAfterMillis(long... delays) {
        List<Duration> table = new ArrayList<>();
        for (long delay : delays) {
            table.add(Duration.ofMillis(delay));
        }
        return DelayStrategy.table(table);
    }

    /** Waits for what the gateway's books or a runtime's counters are to show, which nothing announces. */
    static void eventually(String what, BooleanSupplier condition) {
        Flux.interval(Duration.ZERO, Duration.ofMillis(5))
                .onBackpressureDrop()
                .filter(tick -> condition.getAsBoolean())
                .next()
                .timeout(LIMIT, Mono.error(() -> new AssertionError("Did not come about: " + what)))
                .block();
    }

    /** Waits for the next connected state; the present one counts. */
    static Connected awaitConnected(NookplotRuntime runtime) {
        return runtime.state().ofType(Connected.class).blockFirst(LIMIT);
    }

    static String sessionId(ConnectionState state) {
        assertThat(state).isInstanceOf(Connected.class);
        return ((ConnectResult) ((Connected) state).session()).sessionId();
    }

    /** Waits for so many more heartbeats to arrive at the gateway. */
    void awaitHeartbeats(int count) {
        gateway.frameStream()
                .skip(gateway.frames().size())
                .filter(LoopbackScenario::isHeartbeat)
                .take(count)
                .then()
                .block(LIMIT);
    }

    static boolean isHeartbeat(RecordedFrame frame) {
        return frame.type().equals("heartbeat");
    }

    /** For what several threads add to; copy it before walking through it while they may. */
    static <T> List<T> synchronizedList() {
        return Collections.synchronizedList(new ArrayList<>());
    }

    static List<String> names(List<ConnectionState> states) {
        return states.stream().map(ConnectionState::name).toList();
    }

    void awaitRequest(String call) {
        gateway.requestStream().filter(request -> request.call().equals(call)).blockFirst(LIMIT);
    }

    /** Neither socket nor session, also after the gateway has dealt with everything that had waited for it. */
    void assertNothingLeft() {
        gateway.faults().reset();
        // What another agent asks now comes behind it.
        NookplotRuntime other = runtime(bob, options -> options);
        other.connect().block(LIMIT);
        other.disconnect().block(LIMIT);
        eventually("no socket is open", () -> gateway.sockets() == 0);
        eventually("no session is left", () -> gateway.session(alice).isEmpty());
    }

    static AtomicReference<Throwable> failureOf(Mono<?> call) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        call.subscribe(value -> {}, failure::set);
        return failure;
    }

    static void awaitDisconnected(AtomicReference<Throwable> failure) {
        eventually("connect() has failed", () -> failure.get() != null);
        assertThat(failure.get()).isInstanceOf(DisconnectedException.class);
    }
}
