package io.agentruntime.telemetry;

import io.agentruntime.connection.ConnectionEvent;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.stream.StreamKind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/** Whatever a recorder throws is its own affair: what it is told of goes on as if nobody watched. */
final class GuardedRecorder implements Recorder {

    private static final Logger log = LoggerFactory.getLogger(Telemetry.class);

    private final Recorder recorder;
    private final AtomicBoolean failed = new AtomicBoolean();

    GuardedRecorder(Recorder recorder) {
        this.recorder = recorder;
    }

    @Override
    public void streams(List<StreamKind> kinds) {
        guard(() -> recorder.streams(kinds));
    }

    @Override
    public void stateChanged(ConnectionState state) {
        guard(() -> recorder.stateChanged(state));
    }

    @Override
    public void connectionEvent(ConnectionEvent event) {
        guard(() -> recorder.connectionEvent(event));
    }

    @Override
    public void received(int bytes) {
        try { // no lambda: once a frame
            recorder.received(bytes);
        } catch (RuntimeException | LinkageError e) {
            report(e);
        }
    }

    @Override
    public void sent(int bytes) {
        try {
            recorder.sent(bytes);
        } catch (RuntimeException | LinkageError e) {
            report(e);
        }
    }

    @Override
    public void heartbeat(Duration roundTrip) {
        guard(() -> recorder.heartbeat(roundTrip));
    }

    @Override
    public void rateLimited(Duration wait) {
        guard(() -> recorder.rateLimited(wait));
    }

    @Override
    public Observed begin(Operation operation, ContextView caller) {
        try {
            return new GuardedObserved(recorder.begin(operation, caller));
        } catch (RuntimeException | LinkageError e) {
            report(e);
            return Observed.NOTHING;
        }
    }

    @Override
    public void close() {
        guard(recorder::close);
    }

    private void guard(Runnable telling) {
        try {
            telling.run();
        } catch (RuntimeException | LinkageError e) {
            report(e);
        }
    }

    /** Aloud once: it may fail for every frame. */
    private void report(Throwable error) {
        if (failed.compareAndSet(false, true)) {
            log.warn("A recorder failed; what it fails with from now on is logged at DEBUG only", error);
        } else {
            log.debug("A recorder failed", error);
        }
    }

    private final class GuardedObserved implements Observed {

        private final Observed observed;

        GuardedObserved(Observed observed) {
            this.observed = observed;
        }

        @Override
        public Context within(Context caller) {
            try {
                return observed.within(caller);
            } catch (RuntimeException | LinkageError e) {
                report(e);
                return caller;
            }
        }

        @Override
        public void answered(String status) {
            guard(() -> observed.answered(status));
        }

        @Override
        public void failed(Throwable error) {
            guard(() -> observed.failed(error));
        }

        @Override
        public void cancelled() {
            guard(observed::cancelled);
        }
    }
}
