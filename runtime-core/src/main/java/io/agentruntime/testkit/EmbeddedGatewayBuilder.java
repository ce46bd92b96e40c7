package io.agentruntime.testkit;

import io.agentruntime.error.Checks;
import io.agentruntime.testkit.server.EmbeddedServer;
import io.agentruntime.testkit.server.ServerSettings;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** The options of an {@link EmbeddedGateway}. The defaults are what a running gateway was observed to do. */
public final class EmbeddedGatewayBuilder {

    /** The real gateway was observed to fragment large messages; from which size on is ours to choose. */
    private static final int FRAGMENT_BYTES = 16 * 1024;

    private ServerSettings wire = ServerSettings.defaults().withFragmentBytes(FRAGMENT_BYTES);
    private @Nullable Long seed;
    private RateLimits rateLimits = RateLimits.off();
    private boolean presenceAsArray;
    private @Nullable Duration reapAfter = Duration.ofMinutes(2);
    private int recordLimit = 10_000;
    private SignatureVerifier signatureVerifier = SignatureVerifier.formOnly();
    private Consumer<String> secrets = secret -> {};

    EmbeddedGatewayBuilder() {}

    /** The port to listen on; 0, the default, for a free one. Loopback only. */
    public EmbeddedGatewayBuilder port(int number) {
        this.wire = wire.withPort(number);
        return this;
    }

    /** Event loops of the test's own, which stay its own to dispose; Reactor Netty's shared ones by default. */
    public EmbeddedGatewayBuilder loopResources(LoopResources resources) {
        this.wire = wire.withLoops(resources);
        return this;
    }

    /** Where ids, keys and tickets come from; by default 0 in memory, so that a scenario repeats, random otherwise. */
    public EmbeddedGatewayBuilder seed(long value) {
        this.seed = value;
        return this;
    }

    /** How often it lets itself be called; {@link RateLimits#off()} by default. */
    public EmbeddedGatewayBuilder rateLimits(RateLimits limits) {
        this.rateLimits = limits;
        return this;
    }

    /** Whether presence comes as a bare array, as documented, or as an object with a total, as observed; the default. */
    public EmbeddedGatewayBuilder presenceAsArray(boolean asArray) {
        this.presenceAsArray = asArray;
        return this;
    }

    /** How long a session lives without a heartbeat; 2 minutes by default. */
    public EmbeddedGatewayBuilder reapAfter(Duration limit) {
        this.reapAfter = Checks.positive("reapAfter", limit);
        return this;
    }

    /** Sessions live without heartbeats. */
    public EmbeddedGatewayBuilder neverReap() {
        this.reapAfter = null;
        return this;
    }

    /** The largest message it takes; a larger one closes the socket with 1009. 100 MiB by default. */
    public EmbeddedGatewayBuilder maxFrameBytes(int bytes) {
        this.wire = wire.withMaxFrameBytes(bytes);
        return this;
    }

    /** How many requests, and how many frames, it remembers; 10,000 by default, 0 for one only. */
    public EmbeddedGatewayBuilder recordLimit(int entries) {
        this.recordLimit = Checks.atLeast("recordLimit", entries, 0);
        return this;
    }

    /** Who verifies signatures; by default only their form is looked at. */
    public EmbeddedGatewayBuilder signatureVerifier(SignatureVerifier verifier) {
        this.signatureVerifier = verifier;
        return this;
    }

    /**
     * Who is told each key and ticket at its issue, before anyone else has it: for tests that look for leaked
     * secrets. Called inside the gateway's books: quick, without I/O.
     */
    public EmbeddedGatewayBuilder secrets(Consumer<String> listener) {
        this.secrets = listener;
        return this;
    }

    /** Starts a gateway on 127.0.0.1. Cold: each subscription starts one. Fails when the port is taken. */
    public Mono<EmbeddedGateway> start() {
        return Mono.defer(() -> {
            long actualSeed = seed == null ? ThreadLocalRandom.current().nextLong() : seed;
            GatewayCore core = new GatewayCore(Schedulers.parallel(), settings(actualSeed));
            EmbeddedGateway gateway = new EmbeddedGateway(core, EmbeddedServer.onLoopback(core, core.confined, wire));
            return gateway.startAgain().thenReturn(gateway);
        });
    }

    /** A gateway in memory, started, whose time and work are this scheduler's. */
    public EmbeddedGateway inMemory(Scheduler scheduler) {
        GatewayCore core = new GatewayCore(scheduler, settings(seed == null ? 0 : seed));
        return new EmbeddedGateway(core, EmbeddedServer.inMemory(core, core.confined, wire, scheduler));
    }

    private GatewaySettings settings(long actualSeed) {
        return new GatewaySettings(
                actualSeed, rateLimits, presenceAsArray, reapAfter, recordLimit, signatureVerifier, secrets);
    }
}
