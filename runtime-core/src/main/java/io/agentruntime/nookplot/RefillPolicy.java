package io.agentruntime.nookplot;

import io.agentruntime.error.Checks;
import java.time.Duration;

/**
 * How far a stream that is refilled from the gateway's history goes back. What lies beyond is a {@link
 * io.agentruntime.stream.Delivery.Gap}.
 *
 * @param maxAge the oldest message that is fetched; default 1 h
 * @param maxMessages how many messages are fetched for one loss; default 1000
 * @param overlap how far it looks back behind the last sign of life, for the gateway's and this side's clocks are not the
 *     same; default 10 s. Messages in it that were delivered before are not delivered again
 */
public record RefillPolicy(Duration maxAge, int maxMessages, Duration overlap) {

    public RefillPolicy {
        Checks.positive("refill.maxAge", maxAge);
        Checks.range("refill.maxMessages", maxMessages, 1, 1_000_000);
        Checks.positive("refill.overlap", overlap);
    }

    /** The defaults named above. */
    public static RefillPolicy defaults() {
        return new RefillPolicy(Duration.ofHours(1), 1000, Duration.ofSeconds(10));
    }

    public RefillPolicy withMaxAge(Duration other) {
        return new RefillPolicy(other, maxMessages, overlap);
    }

    public RefillPolicy withMaxMessages(int other) {
        return new RefillPolicy(maxAge, other, overlap);
    }

    public RefillPolicy withOverlap(Duration other) {
        return new RefillPolicy(maxAge, maxMessages, other);
    }
}
