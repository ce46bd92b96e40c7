package io.agentruntime.examples.service.cluster;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * 300 agents over processes of the service that share a real Redis, on a gateway whose record says who drove which agent.
 * A process joins, one is killed, one is stopped beyond its lease and continued, Redis loses everything, a process leaves. The logs are in {@code
 * target/cluster}.
 */
class ClusterTest {

    private static final int AGENTS = 300;
    private static final int SLOTS = 64;
    private static final Duration LEASE = Duration.ofSeconds(10);

    /** What the loss of a process may cost. */
    private static final Duration TAKEN_OVER = LEASE.plusSeconds(10);

    /** For a JVM to start on a busy machine. */
    private static final Duration STARTED = Duration.ofSeconds(90);

    private static final Path DIRECTORY = Path.of("target", "cluster");

    private final List<ServiceProcess> processes = new ArrayList<>();
    private EmbeddedGateway gateway;
    private RedisServer redis;
    private RedisClient client;
    private StatefulRedisConnection<String, String> connection;
    private Drivers drivers;
    private Map<String, Integer> slots;
    private Path keys;

    @BeforeEach
    void start() throws IOException {
        Files.createDirectories(DIRECTORY);
        redis = RedisServer.start(DIRECTORY.resolve("redis.log"));
        client = RedisClient.create(redis.url());
        connection = client.connect();
        gateway = EmbeddedGateway.builder().recordLimit(2_000_000).start().block();
        keys = DIRECTORY.resolve("agents.properties").toAbsolutePath();
        Properties properties = new Properties();
        for (GatewayAgent agent : agents()) {
            properties.setProperty("service.api-keys." + agent.displayName().orElseThrow(), agent.apiKey());
        }
        try (var out = Files.newOutputStream(keys)) {
            properties.store(out, null);
        }
        slots = agents().stream()
                .collect(toMap(
                        GatewayAgent::id, agent -> Slots.of(agent.displayName().orElseThrow(), SLOTS)));
        drivers = new Drivers(gateway);
    }

    private List<GatewayAgent> agents() {
        return IntStream.range(0, AGENTS)
                .mapToObj(i -> gateway.agent("agent-%03d".formatted(i)))
                .toList();
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (ServiceProcess process : processes) {
            process.close();
        }
        drivers.close();
        gateway.close().block();
        client.shutdown();
        redis.close();
    }

    @Test
    void agentsAreDrivenByOneProcessAtATimeWhateverHappensToTheProcesses() throws Exception {
        say("%d agents in %d slots, a lease is %d s, Redis on port %d", AGENTS, SLOTS, LEASE.toSeconds(), redis.port());
        ServiceProcess a = join("a");
        ServiceProcess b = join("b");
        ServiceProcess c = join("c");
        Duration spread = drivers.await("agents spread over three processes", STARTED, () -> isBalanced(a, b, c));
        say("three processes started and share the agents after %s: %s", seconds(spread), drivers.counts());

        kill(a, b, c);

        ServiceProcess d = join("d");
        Duration joined = drivers.await("d has its share", STARTED, () -> isBalanced(b, c, d));
        say("d joined and has its share after %s, with its start: %s", seconds(joined), drivers.counts());

        stopAndContinue(b, c, d);
        loseRedis(b, c, d);
        leave(c, b, d);

        assertThat(drivers.overlaps()).isEmpty();
        drivers.await("one socket an agent", TAKEN_OVER, () -> gateway.sockets() == AGENTS);
        say(
                "the gateway's record of %d frames and %d requests shows no agent driven by two",
                gateway.frames().size(), gateway.requests().size());
    }

    private void kill(ServiceProcess victim, ServiceProcess... others) throws Exception {
        int agents = drivers.drivenBy(victim).size();
        victim.signal("KILL");

        Duration takenOver = drivers.await(
                "the agents of a process that was killed run elsewhere", TAKEN_OVER, () -> areAllDrivenBy(others));

        say("%s was killed: its %d agents run elsewhere after %s", victim, agents, seconds(takenOver));
        drivers.await("balance without " + victim, TAKEN_OVER, () -> isBalanced(others));
    }

    private void stopAndContinue(ServiceProcess sleeper, ServiceProcess... others) throws Exception {
        int agents = drivers.drivenBy(sleeper).size();
        sleeper.signal("STOP");
        Duration takenOver = drivers.await(
                "the agents of a process that was stopped run elsewhere", TAKEN_OVER, () -> areAllDrivenBy(others));
        assertThat(takenOver).isGreaterThan(LEASE.dividedBy(2));
        long open = sleeper.relay.openFromBefore(System.nanoTime());
        say(
                "%s was stopped with SIGSTOP: its %d agents run elsewhere after %s, its %d connections are still open",
                sleeper, agents, seconds(takenOver), open);
        assertThat(open).isGreaterThanOrEqualTo(agents);

        long continued = System.nanoTime();
        sleeper.signal("CONT");
        ServiceProcess[] all = {sleeper, others[0], others[1]};
        Duration back = drivers.await("a process that was continued has its share", TAKEN_OVER, () -> isBalanced(all));

        drivers.await("it closed what it had open", TAKEN_OVER, () -> sleeper.relay.openFromBefore(continued) == 0);
        assertThat(sleeper.relay.usedAgainAfter(continued)).isZero();
        assertThat(drivers.overlaps()).isEmpty();
        say(
                "%s was continued: it sent not a byte over its %d old connections, closed them, and has its share of new "
                        + "leases after %s: %s",
                sleeper, open, seconds(back), drivers.counts());
    }

    private void loseRedis(ServiceProcess... all) throws Exception {
        redis.forgetEverything();

        Duration quiet = drivers.silence(LEASE);
        Duration back = drivers.await("agents run again on an empty Redis", TAKEN_OVER, () -> isBalanced(all));

        assertThat(drivers.overlaps()).isEmpty();
        say(
                "Redis was killed and came back empty: all agents were quiet after %s, and ran again after another %s",
                seconds(quiet), seconds(back));
    }

    private void leave(ServiceProcess leaver, ServiceProcess... others) throws Exception {
        int agents = drivers.drivenBy(leaver).size();
        assertThat(owners()).hasSize(others.length + 1);
        leaver.signal("TERM");

        Duration takenOver = drivers.await(
                "the agents of a process that left run elsewhere", TAKEN_OVER, () -> areAllDrivenBy(others));

        assertThat(leaver.ends(TAKEN_OVER)).isTrue();
        // It gave them back: at that time Redis would still keep them for it.
        assertThat(owners()).hasSizeLessThanOrEqualTo(others.length);
        say("%s left: its %d agents run elsewhere after %s", leaver, agents, seconds(takenOver));
        drivers.await("balance without " + leaver, TAKEN_OVER, () -> isBalanced(others));
    }

    private ServiceProcess join(String name) throws IOException {
        int gatewayPort = URI.create(gateway.url()).getPort();
        ServiceProcess process = ServiceProcess.start(name, DIRECTORY, keys, gatewayPort, redis.url(), LEASE);
        processes.add(process);
        return process;
    }

    private boolean areAllDrivenBy(ServiceProcess... some) {
        Map<String, Integer> counts = drivers.counts();
        Set<String> names = Set.of(some).stream().map(process -> process.name).collect(Collectors.toSet());
        return names.containsAll(counts.keySet())
                && counts.values().stream().mapToInt(i -> i).sum() == AGENTS;
    }

    /** All agents are driven, each by one of these, and the slots they are in are evenly spread. */
    private boolean isBalanced(ServiceProcess... all) {
        return areAllDrivenBy(all)
                && Stream.of(all)
                        .mapToLong(process -> drivers.drivenBy(process).stream()
                                .map(slots::get)
                                .distinct()
                                .count())
                        .allMatch(share -> share == SLOTS / all.length || share == SLOTS / all.length + 1);
    }

    /** Whom Redis keeps a slot for. */
    private Set<String> owners() {
        String[] slots = IntStream.range(0, SLOTS)
                .mapToObj(slot -> "agent-service:slot:%02d".formatted(slot))
                .toArray(String[]::new);
        return connection.sync().mget(slots).stream()
                .filter(KeyValue::hasValue)
                .map(KeyValue::getValue)
                .collect(Collectors.toSet());
    }

    private static String seconds(Duration time) {
        return "%.1f s".formatted(time.toMillis() / 1000.0);
    }

    private static void say(String text, Object... values) {
        System.out.println("cluster: " + text.formatted(values));
    }
}
