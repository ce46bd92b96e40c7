package io.agentruntime.phoenix.testkit;

import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.testkit.server.EmbeddedServer;
import io.agentruntime.testkit.server.ServerSettings;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** The options of an {@link EmbeddedPhoenixServer}. The defaults are what running Phoenix servers were observed to do. */
public final class EmbeddedPhoenixServerBuilder {

    private ServerSettings wire = ServerSettings.defaults();
    private String path = "/socket";
    private Adapter adapter = Adapter.BANDIT;
    private int shutdownCode = 1012;
    private Duration idleTimeout = Duration.ofSeconds(60);
    private int maxChannels = 100;
    private Duration longPollWindow = Duration.ofSeconds(10);
    private int recordLimit = 10_000;
    private final Set<String> secretFields = new TreeSet<>(Set.of("token", "secret", "password", "key"));
    private ConnectHandler connect = request -> ConnectReply.accept();

    EmbeddedPhoenixServerBuilder() {}

    /** The port to listen on; 0, the default, for a free one. Loopback only. */
    public EmbeddedPhoenixServerBuilder port(int number) {
        this.wire = wire.withPort(number);
        return this;
    }

    /** Event loops of the test's own, which stay its own to dispose; Reactor Netty's shared ones by default. */
    public EmbeddedPhoenixServerBuilder loopResources(LoopResources resources) {
        this.wire = wire.withLoops(resources);
        return this;
    }

    /** The largest message it takes; a larger one closes the socket with 1009. 100 MiB by default. */
    public EmbeddedPhoenixServerBuilder maxFrameBytes(int bytes) {
        this.wire = wire.withMaxFrameBytes(bytes);
        return this;
    }

    /** Where the socket is mounted; {@code /socket} by default. */
    public EmbeddedPhoenixServerBuilder path(String mountPoint) {
        if (!mountPoint.startsWith("/") || mountPoint.endsWith("/")) {
            throw new InvalidOptionException("path", mountPoint, "must begin with / and not end with it");
        }
        this.path = mountPoint;
        return this;
    }

    /** The HTTP adapter to close sockets like; {@link Adapter#BANDIT} by default. */
    public EmbeddedPhoenixServerBuilder adapter(Adapter like) {
        this.adapter = like;
        return this;
    }

    /** What sockets are closed with when the server goes down in good order: 1012 by default, 1000 was seen as well. */
    public EmbeddedPhoenixServerBuilder shutdownCode(int code) {
        this.shutdownCode = Checks.range("shutdownCode", code, 1000, 4999);
        return this;
    }

    /** How long a WebSocket lives without a frame from its client; 60 s by default. */
    public EmbeddedPhoenixServerBuilder idleTimeout(Duration limit) {
        this.idleTimeout = Checks.positive("idleTimeout", limit);
        return this;
    }

    /** How many channels a socket may join; 100 by default. */
    public EmbeddedPhoenixServerBuilder maxChannels(int limit) {
        this.maxChannels = Checks.atLeast("maxChannels", limit, 1);
        return this;
    }

    /** How long a poll waits for messages; 10 s by default. A session that is not polled ends after half as much again. */
    public EmbeddedPhoenixServerBuilder longPollWindow(Duration window) {
        this.longPollWindow = Checks.positive("longPollWindow", window);
        return this;
    }

    /** How many connects, and how many messages, it remembers; 10,000 by default, 0 for one only. */
    public EmbeddedPhoenixServerBuilder recordLimit(int entries) {
        this.recordLimit = Checks.atLeast("recordLimit", entries, 0);
        return this;
    }

    /**
     * More names whose values are kept out of the records: of connect parameters and of fields of payloads that contain one
     * of these, in any case. {@code token}, {@code secret}, {@code password} and {@code key} always are.
     */
    public EmbeddedPhoenixServerBuilder secretFields(String... names) {
        for (String name : names) {
            secretFields.add(name.toLowerCase(Locale.ROOT));
        }
        return this;
    }

    /** Who gets a socket; everybody by default. */
    public EmbeddedPhoenixServerBuilder connect(ConnectHandler handler) {
        this.connect = handler;
        return this;
    }

    /** Starts a server on 127.0.0.1. Cold: each subscription starts one. Fails when the port is taken. */
    public Mono<EmbeddedPhoenixServer> start() {
        return Mono.defer(() -> {
            Hub hub = new Hub(settings(), Schedulers.parallel());
            EmbeddedPhoenixServer server =
                    new EmbeddedPhoenixServer(hub, EmbeddedServer.onLoopback(hub, hub.confined, wire));
            return server.startAgain().thenReturn(server);
        });
    }

    /** A server in memory, started, whose time and work are this scheduler's. */
    public EmbeddedPhoenixServer inMemory(Scheduler scheduler) {
        Hub hub = new Hub(settings(), scheduler);
        return new EmbeddedPhoenixServer(hub, EmbeddedServer.inMemory(hub, hub.confined, wire, scheduler));
    }

    private PhoenixSettings settings() {
        return new PhoenixSettings(
                path,
                adapter,
                shutdownCode,
                idleTimeout,
                maxChannels,
                longPollWindow,
                recordLimit,
                Set.copyOf(secretFields),
                connect);
    }
}
