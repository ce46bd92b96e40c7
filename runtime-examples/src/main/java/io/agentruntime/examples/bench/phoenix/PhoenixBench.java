package io.agentruntime.examples.bench.phoenix;

import io.agentruntime.examples.bench.ChildJvm;
import io.agentruntime.examples.bench.ChildProcess;
import io.agentruntime.examples.bench.Node;
import io.agentruntime.examples.bench.Report;
import io.agentruntime.examples.bench.Size;
import io.agentruntime.examples.bench.load.Match;
import io.agentruntime.examples.bench.load.Match.Result;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * How fast a Phoenix channel takes events in, and how many pushes it has answered with {@value #OUTSTANDING} of them
 * outstanding: this library, JavaPhoenixClient, and Phoenix' own client on Node, where there is one. Each client has a fresh
 * process; what it has counted and read must be what the load server has sent, or what it has pushed itself.
 */
public final class PhoenixBench {

    /** How many pushes wait for their reply at a time. */
    static final int OUTSTANDING = 64;

    private static final Duration LIMIT = Duration.ofSeconds(150);
    private static final String SCRIPT = "client.mjs";

    private final int messages;
    private final int echoes;
    private final int rounds;
    private final PrintStream out;

    private PhoenixBench(int messages, int echoes, int rounds, PrintStream out) {
        this.messages = messages;
        this.echoes = echoes;
        this.rounds = rounds;
        this.out = out;
    }

    /**
     * Runs with the sizes of {@code -Dbench.messages}, 300,000 events a round, {@code -Dbench.echoes}, 100,000, and {@code
     * -Dbench.rounds}, 10.
     *
     * @return what was measured
     */
    public static String run(PrintStream out) throws InterruptedException {
        return new PhoenixBench(Size.of("messages", 300_000), Size.of("echoes", 100_000), Size.of("rounds", 10), out)
                .play();
    }

    private String play() throws InterruptedException {
        Optional<Node> node = Node.install(PhoenixBench.class, "phoenix-js", out, SCRIPT);
        try (ChildJvm server = ChildJvm.start("server", out, Match.JVM, PhoenixLoadServer.class, messages)) {
            Report listening = server.await("listening", LIMIT);
            long port = listening.number("port");
            out.println(rounds + " rounds of " + messages + " events of " + listening.number("bytes") + " bytes");
            Result ours = flood("ours", jvm("ours", port, messages), server);
            flood("ours-objects", jvm("ours-objects", port, messages), server);
            Result jpc = flood("jpc", jvm("jpc", port, messages), server);
            Optional<Result> js = node.isPresent()
                    ? Optional.of(flood("js", script(node.get(), "js", port, messages), server))
                    : Optional.empty();
            out.println(rounds + " rounds of " + echoes + " pushes, " + OUTSTANDING + " outstanding");
            Result oursEcho = echo("ours-echo", jvm("ours-echo", port, echoes));
            Optional<Result> jsEcho = node.isPresent()
                    ? Optional.of(echo("js-echo", script(node.get(), "js-echo", port, echoes)))
                    : Optional.empty();
            echoOfJavaPhoenixClient(port);
            out.println("phoenix: flood_js=" + ratio(ours, js) + " flood_jpc=" + ratio(ours, Optional.of(jpc))
                    + " echo_js=" + ratio(oursEcho, jsEcho) + " bytes=" + ours.bytesAnEvent());
            return String.format(
                    Locale.ROOT,
                    "%d rounds of %d events and of %d echoes, every one counted and every text read as it was sent",
                    rounds,
                    messages,
                    echoes);
        }
    }

    private ChildProcess jvm(String client, long port, int events) {
        return ChildJvm.start(client, out, Match.JVM, PhoenixClient.class, client, port, events, rounds);
    }

    private ChildProcess script(Node node, String client, long port, int events) {
        return node.start(client, out, SCRIPT, client, port, events, rounds, OUTSTANDING);
    }

    private Result flood(String client, ChildProcess process, ChildJvm server) throws InterruptedException {
        try (process) {
            return new Match(messages, rounds, out).play(client, process, () -> server.await("sent", LIMIT));
        }
    }

    private Result echo(String client, ChildProcess process) throws InterruptedException {
        Report pushed = Report.of("pushed").with("count", echoes).with("checksum", Shout.checksum(echoes));
        try (process) {
            return new Match(echoes, rounds, out).play(client, process, () -> pushed);
        }
    }

    /** It has been seen to lose replies when many are outstanding; that is its result then, and not ours. */
    private void echoOfJavaPhoenixClient(long port) throws InterruptedException {
        try {
            echo("jpc-echo", jvm("jpc-echo", port, echoes));
        } catch (IllegalStateException e) {
            out.println("jpc-echo       gave up: " + e.getMessage());
        }
    }

    private static String ratio(Result ours, Optional<Result> theirs) {
        return theirs.map(their -> String.format(Locale.ROOT, "%.2f", ours.eventsPerSecond() / their.eventsPerSecond()))
                .orElse("n/a");
    }
}
