package io.agentruntime.examples.service;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.OptionalLong;

/** How old the latest messages were when they were taken: the last few hundred of the last few seconds. */
final class MessageAges {

    private static final int KEPT = 256;
    private static final Duration WINDOW = Duration.ofSeconds(3);

    private final long[] millis = new long[KEPT];
    private final long[] takenAt = new long[KEPT];
    private long count;

    /**
     * The middle and the end of the ages.
     *
     * @param median empty when no message has been taken lately
     */
    record Summary(OptionalLong median, OptionalLong worst) {}

    /** A message sent at one time was taken at another. Two clocks may disagree; nothing is younger than new. */
    synchronized void add(Instant sent, Instant taken) {
        int slot = (int) (count++ % KEPT);
        millis[slot] = Math.max(0, Duration.between(sent, taken).toMillis());
        takenAt[slot] = taken.toEpochMilli();
    }

    synchronized Summary summary(Instant now) {
        long oldest = now.minus(WINDOW).toEpochMilli();
        long[] recent = new long[KEPT];
        int found = 0;
        for (int slot = 0; slot < Math.min(count, KEPT); slot++) {
            if (takenAt[slot] >= oldest) {
                recent[found++] = millis[slot];
            }
        }
        if (found == 0) {
            return new Summary(OptionalLong.empty(), OptionalLong.empty());
        }
        Arrays.sort(recent, 0, found);
        return new Summary(OptionalLong.of(recent[found / 2]), OptionalLong.of(recent[found - 1]));
    }
}
