package io.agentruntime.testkit.codebolt;

import io.agentruntime.error.Checks;
import io.agentruntime.testkit.server.Confined;
import io.agentruntime.testkit.server.EmbeddedServer;
import io.agentruntime.testkit.server.ServerSettings;
import java.util.Map;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** The options of an {@link EmbeddedCodeboltServer}. */
public final class EmbeddedCodeboltServerBuilder {

    private ServerSettings wire = ServerSettings.defaults();
    String pluginId = "plugin-1";
    String pluginToken = "token-1";
    Dialect dialect = Dialect.ACKNOWLEDGES;
    boolean requestIds = true;
    boolean contentAtTopLevel;
    boolean keepsChannelIds;
    Map<String, ?> manifest = Map.of("name", "a plugin", "version", "1.0.0");
    Map<String, ?> config = Map.of();
    int recordLimit = 10_000;

    EmbeddedCodeboltServerBuilder() {}

    /** The plugin that it lets in; {@code plugin-1} and {@code token-1} by default. */
    public EmbeddedCodeboltServerBuilder credentials(String id, String token) {
        this.pluginId = id;
        this.pluginToken = token;
        return this;
    }

    /** What it calls its answers; {@link Dialect#ACKNOWLEDGES} by default. */
    public EmbeddedCodeboltServerBuilder dialect(Dialect names) {
        this.dialect = names;
        return this;
    }

    /** Whether answers name the request that they answer; they do by default. */
    public EmbeddedCodeboltServerBuilder requestIds(boolean named) {
        this.requestIds = named;
        return this;
    }

    /** Whether the content of an answer stands beside its type instead of in {@code data}; it does not by default. */
    public EmbeddedCodeboltServerBuilder contentAtTopLevel(boolean atTop) {
        this.contentAtTopLevel = atTop;
        return this;
    }

    /** Whether a channel that is registered again has the id that it had; by default it gets another one. */
    public EmbeddedCodeboltServerBuilder keepsChannelIds(boolean keeps) {
        this.keepsChannelIds = keeps;
        return this;
    }

    /** What a plugin is started with. */
    public EmbeddedCodeboltServerBuilder start(Map<String, ?> pluginManifest, Map<String, ?> pluginConfig) {
        this.manifest = Map.copyOf(pluginManifest);
        this.config = Map.copyOf(pluginConfig);
        return this;
    }

    /** The port to listen on; 0, the default, for a free one. Loopback only. */
    public EmbeddedCodeboltServerBuilder port(int number) {
        this.wire = wire.withPort(number);
        return this;
    }

    /** Event loops of the test's own, which stay its own to dispose; Reactor Netty's shared ones by default. */
    public EmbeddedCodeboltServerBuilder loopResources(LoopResources resources) {
        this.wire = wire.withLoops(resources);
        return this;
    }

    /** How many messages, and how many handshakes, it remembers; 10,000 by default, 0 for one only. */
    public EmbeddedCodeboltServerBuilder recordLimit(int entries) {
        this.recordLimit = Checks.atLeast("recordLimit", entries, 0);
        return this;
    }

    /** Starts a server on 127.0.0.1. Cold: each subscription starts one. Fails when the port is taken. */
    public Mono<EmbeddedCodeboltServer> start() {
        return Mono.defer(() -> {
            CodeboltCore core = new CodeboltCore(new Confined(), Schedulers.parallel(), this);
            EmbeddedCodeboltServer server =
                    new EmbeddedCodeboltServer(core, EmbeddedServer.onLoopback(core, core.confined, wire));
            return server.startAgain().thenReturn(server);
        });
    }

    /** A server in memory, started, whose time and work are this scheduler's. */
    public EmbeddedCodeboltServer inMemory(Scheduler scheduler) {
        CodeboltCore core = new CodeboltCore(new Confined(), scheduler, this);
        return new EmbeddedCodeboltServer(core, EmbeddedServer.inMemory(core, core.confined, wire, scheduler));
    }
}
