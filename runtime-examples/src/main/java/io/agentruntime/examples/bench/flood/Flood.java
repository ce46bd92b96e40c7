package io.agentruntime.examples.bench.flood;

import io.agentruntime.examples.bench.ChildJvm;
import io.agentruntime.examples.bench.Report;
import io.agentruntime.examples.bench.Size;
import io.agentruntime.examples.bench.load.Match;
import io.agentruntime.examples.bench.load.Match.Result;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * How fast one connection takes events in, against clients that do more by hand and less at all. A load server in a process
 * of its own sends the same events to each client, each in a JVM of its own, round after round; the middle one of the last
 * rounds counts. What a client has counted and read must be what the server has sent.
 */
public final class Flood {

    private static final Duration LIMIT = Duration.ofSeconds(150);

    private final int messages;
    private final int rounds;
    private final PrintStream out;

    Flood(int messages, int rounds, PrintStream out) {
        this.messages = messages;
        this.rounds = rounds;
        this.out = out;
    }

    /**
     * Runs with the sizes of {@code -Dbench.messages}, 1,000,000 events a round, and {@code -Dbench.rounds}, 5.
     *
     * @return what was measured
     */
    public static String run(PrintStream out) throws InterruptedException {
        return new Flood(Size.of("messages", 1_000_000), Size.of("rounds", 5), out).play();
    }

    String play() throws InterruptedException {
        withServer(flood -> {
            Result raw = flood.play("raw");
            Result okhttp = flood.play("okhttp");
            Result ours = flood.play("ours");
            Result filtered = flood.play("filtered");
            out.println(String.format(
                    Locale.ROOT,
                    "flood: okhttp=%.2f raw=%.2f filtered=%.2f bytes=%d",
                    ours.eventsPerSecond() / okhttp.eventsPerSecond(),
                    ours.eventsPerSecond() / raw.eventsPerSecond(),
                    filtered.eventsPerSecond() / raw.eventsPerSecond(),
                    ours.bytesAnEvent()));
        });
        return String.format(
                Locale.ROOT,
                "%d rounds of %d events to each of four clients, every event counted and every text read as it was sent",
                rounds,
                messages);
    }

    /** Clients that are measured one after the other, by their names. */
    interface Clients {
        Result play(String client) throws InterruptedException;
    }

    /** What is measured. */
    interface Measuring {
        void with(Clients clients) throws InterruptedException;
    }

    /** Measures clients against one server. */
    void withServer(Measuring measuring) throws InterruptedException {
        try (ChildJvm server = ChildJvm.start("server", out, Match.JVM, FloodServer.class, messages)) {
            Report listening = server.await("listening", LIMIT);
            out.println(rounds + " rounds of " + messages + " events of " + listening.number("bytes") + " bytes");
            measuring.with(client -> measure(client, server, listening.number("port")));
        }
    }

    private Result measure(String client, ChildJvm server, long port) throws InterruptedException {
        try (ChildJvm jvm = ChildJvm.start(client, out, Match.JVM, FloodClient.class, client, port, messages, rounds)) {
            return new Match(messages, rounds, out).play(client, jvm, () -> server.await("sent", LIMIT));
        }
    }
}
