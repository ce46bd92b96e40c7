package io.agentruntime.examples.bench.load;

import io.agentruntime.examples.bench.ChildProcess;
import io.agentruntime.examples.bench.Report;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * Takes the measure of clients, each in a process of its own, round after round; the middle one of the last {@value
 * #ROUNDS_THAT_COUNT} counts. What a client has counted and read must be what was sent.
 */
public final class Match {

    /** The same for every JVM. */
    public static final List<String> JVM = List.of("-Xms512m", "-Xmx512m");

    private static final Duration LIMIT = Duration.ofSeconds(150);
    private static final int ROUNDS_THAT_COUNT = 3;

    private final int messages;
    private final int rounds;
    private final PrintStream out;

    /**
     * @param messages events of a round
     * @param out where each client's result is printed
     */
    public Match(int messages, int rounds, PrintStream out) {
        this.messages = messages;
        this.rounds = rounds;
        this.out = out;
    }

    /** What counts of a client's rounds. */
    public record Result(double eventsPerSecond, long bytesAnEvent) {}

    /** What was sent in a round, as a report with its count and checksum. */
    public interface Truth {

        /** Of the next round; it is over for the client. */
        Report next() throws InterruptedException;
    }

    /** Plays all rounds of a client, which reports each. */
    public Result play(String client, ChildProcess process, Truth sent) throws InterruptedException {
        List<Report> played = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            Report got = process.await("round", LIMIT);
            check(client, got, sent.next());
            played.add(got);
        }
        List<Report> counted = played.subList(Math.max(0, rounds - ROUNDS_THAT_COUNT), rounds);
        long nanos = median(counted, report -> report.number("nanos"));
        Result result =
                new Result(messages * 1e9 / nanos, median(counted, report -> report.number("allocated")) / messages);
        out.println(String.format(
                Locale.ROOT,
                "%-14s %9.0f events/s, %5d ns of processor time and %5d bytes allocated an event",
                client,
                result.eventsPerSecond(),
                median(counted, report -> report.number("cpu")) / messages,
                result.bytesAnEvent()));
        return result;
    }

    private static void check(String client, Report got, Report sent) {
        boolean sameTexts =
                got.text("checksum").equals("none") || got.text("checksum").equals(sent.text("checksum"));
        if (got.number("count") != sent.number("count") || !sameTexts) {
            throw new IllegalStateException(
                    "What " + client + " got is not what was sent: " + got + ", but the server " + sent);
        }
    }

    private static long median(List<Report> reports, ToLongFunction<Report> value) {
        return reports.stream().mapToLong(value).sorted().toArray()[reports.size() / 2];
    }
}
