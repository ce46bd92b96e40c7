package io.agentruntime.examples.bench.flood;

import io.agentruntime.examples.bench.Size;
import io.agentruntime.examples.bench.load.Match.Result;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What it costs to be watched: the flood with Micrometer's meters and observations, and without. Both take turns, so that a
 * machine that is busy for a while is so for both; the middle one of each counts.
 */
public final class Overhead {

    private Overhead() {}

    /**
     * Runs with the sizes of {@code -Dbench.messages}, 1,000,000 events a round, {@code -Dbench.rounds}, 5, and {@code
     * -Dbench.turns}, 3.
     *
     * @return what was measured
     */
    public static String run(PrintStream out) throws InterruptedException {
        int messages = Size.of("messages", 1_000_000);
        int rounds = Size.of("rounds", 5);
        int turns = Size.of("turns", 3);
        List<Result> plain = new ArrayList<>();
        List<Result> watched = new ArrayList<>();
        new Flood(messages, rounds, out).withServer(match -> {
            for (int i = 0; i < turns; i++) {
                plain.add(match.play("ours"));
                watched.add(match.play("watched"));
            }
        });
        out.println(String.format(
                Locale.ROOT,
                "overhead: meters=%.2f bytes=%.0f",
                median(watched, Result::eventsPerSecond) / median(plain, Result::eventsPerSecond),
                median(watched, Result::bytesAnEvent) - median(plain, Result::bytesAnEvent)));
        return String.format(
                Locale.ROOT,
                "%d turns of %d rounds of %d events without meters and observations, and as many with them",
                turns,
                rounds,
                messages);
    }

    private static double median(List<Result> results, ToDoubleFunction<Result> value) {
        return results.stream().mapToDouble(value).sorted().toArray()[results.size() / 2];
    }
}
