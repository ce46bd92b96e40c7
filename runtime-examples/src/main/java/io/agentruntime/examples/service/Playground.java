package io.agentruntime.examples.service;

import io.agentruntime.nookplot.NookplotRuntimeBuilder;
import io.agentruntime.spring.nookplot.NookplotConnectionDetails;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.Faults;
import io.agentruntime.testkit.GatewayAgent;
import io.agentruntime.testkit.GatewayChannel;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * An embedded gateway for the fleet, somebody who talks in its channel all the time, and faults at the push of a button.
 *
 * <p>It is up before anything in the application connects, and goes when nothing is connected any more.
 */
final class Playground implements AgentHome, SmartLifecycle {

    /** The most messages a second that the crier calls. */
    static final int FASTEST = 2_000;

    /** How long the gateway stays away when it is restarted. */
    static final Duration DOWN_TIME = Duration.ofSeconds(2);

    /** What a gateway that is asked too often wants the agents to wait. */
    static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private static final Duration SHORTEST_TICK = Duration.ofMillis(10);
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);

    private final EmbeddedGateway gateway;
    private final GatewayAgent crier;
    private final GatewayChannel town;
    private final AtomicLong posted = new AtomicLong();
    private final AtomicBoolean down = new AtomicBoolean();
    private final Disposable.Swap talking = Disposables.swap();
    private volatile int messagesPerSecond;
    private volatile boolean running;

    /**
     * @param gateway a gateway that is up, and closed here
     * @param messagesPerSecond how much is said, to begin with
     */
    Playground(EmbeddedGateway gateway, int messagesPerSecond) {
        this.gateway = gateway;
        this.messagesPerSecond = messagesPerSecond;
        this.crier = gateway.agent("crier");
        this.town = gateway.channel("town", crier);
    }

    /** Any name is an agent here. */
    @Override
    public NookplotRuntimeBuilder runtime(String agentId) {
        GatewayAgent agent = gateway.agent(agentId);
        gateway.addMember(town, agent);
        return quick(gateway.runtime(agent));
    }

    /** Quicker than the defaults, which spare a gateway that many share. */
    static NookplotRuntimeBuilder quick(NookplotRuntimeBuilder builder) {
        return builder.heartbeatInterval(HEARTBEAT)
                .livenessTimeout(HEARTBEAT.multipliedBy(2))
                .backgroundPause(Duration.ofMillis(100))
                .closeTimeout(Duration.ofSeconds(2))
                .reconnect(r -> r.retryInitialConnect(true)
                        .unlimitedRetries()
                        .initialDelay(Duration.ofMillis(250))
                        .maxDelay(Duration.ofSeconds(5))
                        .stableAfter(Duration.ofSeconds(2)));
    }

    /** What the auto-configuration makes a runtime from: for the service's own agent, which is no part of the fleet. */
    NookplotConnectionDetails ownAgent() {
        GatewayAgent agent = gateway.agent("service");
        return new NookplotConnectionDetails() {
            @Override
            public String getGatewayUrl() {
                return gateway.url();
            }

            @Override
            public String getApiKey() {
                return agent.apiKey();
            }
        };
    }

    @Override
    public Optional<String> channelId() {
        return Optional.of(town.id());
    }

    /** How many messages are said in the channel a second; zero for silence. */
    void talk(int perSecond) {
        if (perSecond < 0 || perSecond > FASTEST) {
            throw new IllegalArgumentException("perSecond must be 0 to " + FASTEST + ", it is " + perSecond);
        }
        messagesPerSecond = perSecond;
        talking.update(perSecond == 0 ? Disposables.disposed() : ticks(perSecond));
    }

    private Disposable ticks(int perSecond) {
        int atOnce = (int) Math.ceil(perSecond * SHORTEST_TICK.toMillis() / 1_000.0);
        return Flux.interval(Duration.ofNanos(1_000_000_000L * atOnce / perSecond))
                .onBackpressureDrop()
                .subscribe(tick -> {
                    for (int i = 0; i < atOnce; i++) {
                        gateway.post(crier, town, "Hear, hear: number " + posted.incrementAndGet());
                    }
                });
    }

    /**
     * Makes something go wrong. Completes when it has, a restart when the gateway is back. Errors: {@link
     * IllegalStateException} for a restart while one is under way.
     *
     * @param agents how many agents are concerned
     */
    Mono<Void> cause(Fault fault, int agents) {
        Faults faults = gateway.faults();
        return switch (fault) {
            case DROP -> Mono.fromRunnable(faults::dropAllSockets);
            case HALF_OPEN -> Mono.fromRunnable(faults::freezeSockets);
            case RATE_LIMIT ->
                Mono.fromRunnable(() -> {
                    faults.rateLimit("POST /v1/runtime/connect", agents, RETRY_AFTER);
                    faults.dropAllSockets();
                });
            case RESTART -> Mono.defer(this::restart);
        };
    }

    private Mono<Void> restart() {
        return down.compareAndSet(false, true)
                ? gateway.restart(Shutdown.CLEAN, DOWN_TIME).doFinally(signal -> down.set(false))
                : Mono.error(new IllegalStateException("The gateway is being restarted already"));
    }

    /**
     * The gateway as it stands.
     *
     * @param url where it listens
     * @param up whether it is up
     * @param sockets how many sockets are open
     * @param messagesPerSecond how many messages are said in the channel a second
     * @param posted how many have been said so far
     */
    record View(String url, boolean up, int sockets, int messagesPerSecond, long posted) {}

    View view() {
        return new View(gateway.url(), !down.get(), gateway.sockets(), messagesPerSecond, posted.get());
    }

    @Override
    public void start() {
        running = true;
        talk(messagesPerSecond);
    }

    @Override
    public void stop(Runnable callback) {
        talking.dispose();
        gateway.close()
                .doFinally(signal -> {
                    running = false;
                    callback.run();
                })
                .subscribe();
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** What has a high phase starts late and stops early: connections, the web server, and the fleet. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE / 2;
    }
}
