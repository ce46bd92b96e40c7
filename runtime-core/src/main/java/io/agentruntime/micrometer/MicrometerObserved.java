package io.agentruntime.micrometer;

import io.agentruntime.telemetry.Observed;
import io.micrometer.observation.Observation;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import reactor.util.context.Context;

/** An observation that has started. */
final class MicrometerObserved implements Observed {

    static final String CANCELLED = "cancelled";

    private final Observation observation;
    private final Consumer<String> status;
    private final AtomicBoolean over = new AtomicBoolean();

    /** @param status takes how it ended */
    MicrometerObserved(Observation observation, Consumer<String> status) {
        this.observation = observation;
        this.status = status;
    }

    @Override
    public Context within(Context caller) {
        return caller.put(Observations.KEY, observation);
    }

    @Override
    public void answered(String how) {
        if (over.compareAndSet(false, true)) {
            status.accept(how);
            observation.stop();
        }
    }

    @Override
    public void failed(Throwable error) {
        if (over.compareAndSet(false, true)) {
            observation.error(error);
            observation.stop();
        }
    }

    @Override
    public void cancelled() {
        answered(CANCELLED);
    }
}
