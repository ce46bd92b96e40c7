package io.agentruntime.examples.bench.fleet;

import io.agentruntime.examples.bench.ChildJvm;
import io.agentruntime.examples.bench.Report;
import io.agentruntime.examples.bench.Size;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * How many runtimes one process holds, and how they come back when their gateway dies under them. The gateway is a process
 * of its own. All connect, all hear a message, the gateway is killed and started again while messages go on being sent, and
 * every runtime has to get every one of them, in order, from the history or live.
 */
public final class Fleet {

    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** The serial collector, because it has no threads of its own: what is counted is the runtimes' doing. */
    private static final List<String> JVM = List.of("-Xms512m", "-Xmx1g", "-XX:+UseSerialGC");

    private final int runtimes;
    private final int toAChannel;
    private final PrintStream out;

    Fleet(int runtimes, int toAChannel, PrintStream out) {
        this.runtimes = runtimes;
        this.toAChannel = toAChannel;
        this.out = out;
    }

    /**
     * Runs with the sizes of {@code -Dbench.runtimes}, 5,000, and {@code -Dbench.toAChannel}, 50 of them.
     *
     * @return what was measured
     */
    public static String run(PrintStream out) throws InterruptedException {
        return new Fleet(Size.of("runtimes", 5_000), Size.of("toAChannel", 50), out).play();
    }

    String play() throws InterruptedException {
        try (ChildJvm gateway = ChildJvm.start("gateway", out, JVM, FleetGateway.class, runtimes, toAChannel)) {
            List<Report> agents = gateway.awaitMany("agent", runtimes, LIMIT);
            String url = gateway.await("listening", LIMIT).text("url");
            try (ChildJvm clients = ChildJvm.start("clients", out, JVM, FleetClients.class, url, runtimes)) {
                for (Report agent : agents) {
                    clients.tell("agent " + agent.text("key") + " " + agent.text("channel"));
                }
                return play(gateway, clients);
            }
        }
    }

    private String play(ChildJvm gateway, ChildJvm clients) throws InterruptedException {
        long start = System.nanoTime();
        clients.tell("connect");
        clients.await("connected", LIMIT);
        double connect = secondsSince(start);
        out.println(runtimes + " runtimes connected");

        gateway.tell("post");
        clients.tell("hear " + gateway.await("posted", LIMIT).number("count"));
        check(clients.await("heard", LIMIT));
        Report connected = measure(clients, "connected");

        gateway.tell("restart");
        gateway.await("down", LIMIT);
        long down = System.nanoTime();
        gateway.await("up", LIMIT);
        double up = secondsSince(down);
        long posted = gateway.await("posted", LIMIT).number("count");
        clients.tell("hear " + posted);
        Report heard = clients.await("heard", LIMIT);
        double recover = secondsSince(down);
        out.println(String.format(
                Locale.ROOT,
                "the gateway was down for %.1f s of them; %d messages to each runtime, %d gaps",
                up,
                posted,
                heard.number("gaps")));
        Report recovered = measure(clients, "recovered");
        clients.tell("close");
        clients.await("closed", LIMIT);

        out.println(String.format(
                Locale.ROOT,
                "fleet: heap=%.1f threads=%d connect=%.1f recover=%.1f lost=%d",
                Math.max(connected.number("heap"), recovered.number("heap")) / 1024.0 / runtimes,
                Math.max(connected.number("threads"), recovered.number("threads")),
                connect,
                recover,
                heard.number("lost")));
        check(heard);
        return String.format(
                Locale.ROOT,
                "%d runtimes in one process connected, lost their gateway, came back and got all %d messages",
                runtimes,
                posted * runtimes);
    }

    private Report measure(ChildJvm clients, String when) throws InterruptedException {
        clients.tell("measure");
        Report measured = clients.await("measured", LIMIT);
        out.println(String.format(
                Locale.ROOT,
                "%s: %.1f KB of live heap a runtime, %d threads, %d of them Java's",
                when,
                measured.number("heap") / 1024.0 / runtimes,
                measured.number("threads"),
                measured.number("javaThreads")));
        return measured;
    }

    private static void check(Report heard) {
        if (heard.number("lost") + heard.number("wrong") > 0) {
            throw new IllegalStateException("Messages were lost, repeated or out of order: " + heard);
        }
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
