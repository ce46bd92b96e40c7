package io.agentruntime.testkit.octavus;

import io.agentruntime.error.Checks;
import io.agentruntime.testkit.server.EmbeddedServer;
import io.agentruntime.testkit.server.WireFaults;
import java.time.Duration;

/** The fault switches of {@link WireFaults}, and those that only this protocol has. */
public final class OctavusFaults extends WireFaults {

    private final OctavusCore core;

    OctavusFaults(EmbeddedServer server, OctavusCore core) {
        super(server);
        this.core = core;
    }

    @Override
    public void reset() {
        super.reset();
        core.confined.run(() -> core.latency(Duration.ZERO));
    }

    /** Sends every event over sockets so much later: what an aborted turn has said already arrives late. Zero takes it back. */
    public void latency(Duration delay) {
        Checks.notNegative("latency", delay);
        core.confined.run(() -> core.latency(delay));
    }
}
