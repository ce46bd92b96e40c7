package io.agentruntime.examples.service;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Looks at the fleet and its gateway. */
final class FleetView {

    private final Fleet fleet;
    private final @Nullable Playground playground;

    FleetView(Fleet fleet, @Nullable Playground playground) {
        this.fleet = fleet;
        this.playground = playground;
    }

    FleetSnapshot look() {
        return new FleetSnapshot(
                Instant.now(), fleet.work().toMillis(), fleet.agents(), playground == null ? null : playground.view());
    }
}
