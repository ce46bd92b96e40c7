package io.agentruntime.testkit;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.TimeUnit;
import reactor.core.scheduler.Scheduler;

/**
 * The gateway's time, read from its scheduler, so that virtual time moves it.
 *
 * <p>What is stored is stamped in microseconds, strictly ascending; what goes out over the wire has milliseconds, as the
 * real gateway cuts them. Rows of one millisecond are therefore indistinguishable outside, which is the trap of paging
 * with {@code before}.
 */
final class GatewayClock {

    private static final DateTimeFormatter ISO_MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Scheduler scheduler;
    private long lastMicros = Long.MIN_VALUE;

    GatewayClock(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    long millis() {
        return scheduler.now(TimeUnit.MILLISECONDS);
    }

    Instant now() {
        return Instant.ofEpochMilli(millis());
    }

    /** The time of the next row of the store: never twice the same. */
    long nextMicros() {
        lastMicros = Math.max(lastMicros + 1, millis() * 1_000);
        return lastMicros;
    }

    String nowIso() {
        return iso(millis());
    }

    static String iso(long millis) {
        return ISO_MILLIS.format(Instant.ofEpochMilli(millis));
    }

    static String iso(Instant instant) {
        return ISO_MILLIS.format(instant);
    }

    static String isoOfMicros(long micros) {
        return iso(Math.floorDiv(micros, 1_000L));
    }
}
