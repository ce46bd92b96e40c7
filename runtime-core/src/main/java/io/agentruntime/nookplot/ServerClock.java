package io.agentruntime.nookplot;

import java.time.Duration;
import java.time.Instant;

/**
 * How far the gateway's clock is from this side's, as the gateway's welcome of the session shows it. The frame's way here
 * makes it look a little slow, so that looking back by it goes too far rather than not far enough.
 */
final class ServerClock {

    private volatile Duration ahead = Duration.ZERO;

    /** A frame that the gateway stamped with {@code server} arrived at {@code local}. */
    void sample(Instant server, Instant local) {
        ahead = Duration.between(local, server);
    }

    Instant toServer(Instant local) {
        return local.plus(ahead);
    }

    Instant toLocal(Instant server) {
        return server.minus(ahead);
    }
}
