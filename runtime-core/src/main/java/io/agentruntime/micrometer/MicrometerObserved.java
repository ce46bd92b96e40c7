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
    private final Runnable onEnd;
    private final AtomicBoolean over = new AtomicBoolean();

    /**
     * @param status takes how it ended
     * @param onEnd run once it has ended
     */
    MicrometerObserved(Observation observation, Consumer<String> status, Runnable onEnd) {
        this.observation = observation;
        this.status = status;
        this.onEnd = onEnd;
    }

    @Override
    public Context within(Context caller) {
        return caller.put(Observations.KEY, observation);
    }

    @Override
    public void answered(String how) {
        if (over.compareAndSet(false, true)) {
            status.accept(how);
            stop();
        }
    }

    @Override
    public void failed(Throwable error) {
        if (over.compareAndSet(false, true)) {
            try {
                observation.error(error);
            } finally {
                stop();
            }
        }
    }

    private void stop() {
        try {
            observation.stop();
        } finally {
            onEnd.run();
        }
    }

    @Override
    public void cancelled() {
        answered(CANCELLED);
    }
}
