package io.agentruntime.phoenix;

import io.agentruntime.connection.DelayStrategy;
import java.time.Duration;
import java.util.Arrays;

/** The delays of Phoenix' own JavaScript client, which have no jitter. */
public final class PhoenixDelays {

    private PhoenixDelays() {}

    /**
     * Before reconnecting: 10, 50, 100, 150, 200, 250, 500, 1000, 2000, then 5000 ms. All clients of a server that went away
     * come back at the same moments, so this is a choice and not the default.
     *
     * <pre>{@code .reconnect(r -> r.strategy(PhoenixDelays.reconnect()))}</pre>
     */
    public static DelayStrategy reconnect() {
        return millis(10, 50, 100, 150, 200, 250, 500, 1000, 2000, 5000);
    }

    /** Before a channel is joined again: 1, 2, 5, then 10 s. The default of {@code rejoinDelays}. */
    public static DelayStrategy rejoin() {
        return millis(1000, 2000, 5000, 10_000);
    }

    private static DelayStrategy millis(long... delays) {
        return DelayStrategy.table(
                Arrays.stream(delays).mapToObj(Duration::ofMillis).toList());
    }
}
