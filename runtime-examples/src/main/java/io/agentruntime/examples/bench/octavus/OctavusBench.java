package io.agentruntime.examples.bench.octavus;

import io.agentruntime.examples.bench.ChildJvm;
import io.agentruntime.examples.bench.ChildProcess;
import io.agentruntime.examples.bench.Node;
import io.agentruntime.examples.bench.Report;
import io.agentruntime.examples.bench.Size;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a chat costs: 100,000 pieces of text in one turn, over a WebSocket, into snapshots that somebody looks at; beside the
 * platform's own client on Node, where it is to be had, with the same server. And whether a piece costs more when the
 * conversation is long: at 100 messages and at 10,000. Counted is CPU time, of the process as a whole.
 */
public final class OctavusBench {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** One run warms a JVM up as far as its first compiler goes; the second one would be at work in what is measured. */
    private static final List<String> JVM =
            List.of("-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private static final String SCRIPT = "bench.mjs";
    private static final int SHORT = 100;
    private static final int LONG = 10_000;
    private static final int ROUNDS = 5;

    private final int deltas;
    private final PrintStream out;

    private OctavusBench(int deltas, PrintStream out) {
        this.deltas = deltas;
        this.out = out;
    }

    /**
     * Runs with the size of {@code -Dbench.deltas}, 100,000.
     *
     * @return what was measured
     */
    public static String run(PrintStream out) throws InterruptedException {
        return new OctavusBench(Size.of("deltas", 100_000), out).play();
    }

    private String play() throws InterruptedException {
        Optional<Node> node = Node.install(OctavusBench.class, "octavus-js", out, SCRIPT);
        try (ChildJvm server = ChildJvm.start("server", out, JVM, BenchServer.class, deltas)) {
            String url = server.await("listening", LIMIT).text("url");
            long ours = second("ours", client(url, List.of(0, 0)));
            String ratio = "n/a";
            if (node.isPresent()) {
                long theirs = second("theirs", node.get().start("client-js", out, SCRIPT, url));
                ratio = String.format(Locale.ROOT, "%.2f", (double) theirs / ours);
            }
            double growth = growth(url);
            out.printf(Locale.ROOT, "octavus: cpu_js=%s growth=%.2f%n", ratio, growth);
            return String.format(Locale.ROOT, "turns of %d pieces of text, every text complete", deltas);
        }
    }

    /** The CPU time of one turn behind one that warms up. */
    private long second(String whose, ChildProcess client) throws InterruptedException {
        long nanos = turns(client, 2).get(1).number("nanos");
        out.printf(Locale.ROOT, "a turn of %s: %d ms of CPU time%n", whose, nanos / 1_000_000);
        return nanos;
    }

    /** Short and long conversations in turn, so that whatever else the machine does concerns both; the middle of each. */
    private double growth(String url) throws InterruptedException {
        List<Integer> histories = new ArrayList<>(List.of(0, 0, 0));
        for (int i = 0; i < ROUNDS; i++) {
            histories.add(SHORT);
            histories.add(LONG);
        }
        List<Report> turns = turns(client(url, histories), histories.size());
        long few = middle(turns, SHORT);
        long many = middle(turns, LONG);
        out.printf(
                Locale.ROOT,
                "a piece of text behind %d messages: %d ns, behind %d: %d ns%n",
                SHORT,
                few / deltas,
                LONG,
                many / deltas);
        return (double) many / few;
    }

    private static long middle(List<Report> turns, int history) {
        List<Long> nanos = turns.stream()
                .filter(turn -> turn.number("history") == history)
                .map(turn -> turn.number("nanos"))
                .sorted()
                .toList();
        return nanos.get(nanos.size() / 2);
    }

    private ChildProcess client(String url, List<Integer> histories) {
        List<Object> args = new ArrayList<>();
        args.add(url);
        args.addAll(histories);
        return ChildJvm.start("client", out, JVM, BenchClient.class, args.toArray());
    }

    private List<Report> turns(ChildProcess client, int count) throws InterruptedException {
        try (client) {
            List<Report> turns = client.awaitMany("turn", count, LIMIT);
            for (Report turn : turns) {
                if (turn.number("characters") != (long) deltas * "word0 ".length()) {
                    throw new IllegalStateException("A text is not complete: " + turn);
                }
            }
            return turns;
        }
    }
}
