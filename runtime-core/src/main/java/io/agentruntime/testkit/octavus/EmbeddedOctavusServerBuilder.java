package io.agentruntime.testkit.octavus;

import io.agentruntime.error.Checks;
import io.agentruntime.testkit.server.EmbeddedServer;
import io.agentruntime.testkit.server.ServerSettings;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** Configures an {@link EmbeddedOctavusServer}. */
public final class EmbeddedOctavusServerBuilder {

    private ServerSettings wire = ServerSettings.defaults();
    private @Nullable AgentScript agent;
    private boolean requireInit;
    private int recordLimit = 10_000;

    EmbeddedOctavusServerBuilder() {}

    /** The port to listen on; 0, the default, for a free one. Loopback only. */
    public EmbeddedOctavusServerBuilder port(int number) {
        this.wire = wire.withPort(number);
        return this;
    }

    /** Event loops of the test's own, which stay its own to dispose; Reactor Netty's shared ones by default. */
    public EmbeddedOctavusServerBuilder loopResources(LoopResources resources) {
        this.wire = wire.withLoops(resources);
        return this;
    }

    /** What the agent says; a {@link DemoAgent} without pauses by default. */
    public EmbeddedOctavusServerBuilder agent(AgentScript script) {
        this.agent = script;
        return this;
    }

    /** Whether clients must name their session, by {@code init} or in the address; by default the server makes sessions. */
    public EmbeddedOctavusServerBuilder requireInit(boolean require) {
        this.requireInit = require;
        return this;
    }

    /** How many messages it remembers; 10,000 by default. */
    public EmbeddedOctavusServerBuilder recordLimit(int messages) {
        this.recordLimit = Checks.atLeast("recordLimit", messages, 0);
        return this;
    }

    /** Starts a server on 127.0.0.1. Cold: each subscription starts one. Fails when the port is taken. */
    public Mono<EmbeddedOctavusServer> start() {
        return Mono.defer(() -> {
            OctavusCore core = new OctavusCore(Schedulers.parallel(), settings());
            EmbeddedOctavusServer server =
                    new EmbeddedOctavusServer(core, EmbeddedServer.onLoopback(core, core.confined, wire));
            return server.startAgain().thenReturn(server);
        });
    }

    /** A server in memory, started, whose time and work are this scheduler's. */
    public EmbeddedOctavusServer inMemory(Scheduler scheduler) {
        OctavusCore core = new OctavusCore(scheduler, settings());
        return new EmbeddedOctavusServer(core, EmbeddedServer.inMemory(core, core.confined, wire, scheduler));
    }

    private OctavusSettings settings() {
        return new OctavusSettings(agent, requireInit, recordLimit);
    }
}
