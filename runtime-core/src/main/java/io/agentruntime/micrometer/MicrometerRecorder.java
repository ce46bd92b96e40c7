package io.agentruntime.micrometer;

import io.agentruntime.connection.ConnectionEvent;
import io.agentruntime.connection.ConnectionEvent.AttemptFailed;
import io.agentruntime.connection.ConnectionEvent.AttemptStarted;
import io.agentruntime.connection.ConnectionEvent.SessionOpened;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Disconnected;
import io.agentruntime.stream.StreamKind;
import io.agentruntime.telemetry.Observed;
import io.agentruntime.telemetry.Operation;
import io.agentruntime.telemetry.Recorder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.util.context.ContextView;

/** What one runtime adds to the meters. */
final class MicrometerRecorder implements Recorder {

    private final RuntimeMeters meters;
    private final Observations observations;
    private final MicrometerTelemetry telemetry;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile List<StreamKind> streams = List.of();
    private volatile String state = RuntimeMeters.FIRST_STATE;

    // Only touched by the connection's own events, which come one at a time.
    private long attemptStarted;
    private long sessionOpened;

    MicrometerRecorder(RuntimeMeters meters, Observations observations, MicrometerTelemetry telemetry) {
        this.meters = meters;
        this.observations = observations;
        this.telemetry = telemetry;
    }

    @Override
    public void streams(List<StreamKind> kinds) {
        streams = kinds;
        kinds.forEach(meters::add);
    }

    @Override
    public void stateChanged(ConnectionState next) {
        String before = state;
        state = next.name();
        meters.enter(state);
        meters.leave(before);
        if (next instanceof Connected) {
            sessionOpened = meters.nanos();
        } else if (before.equals("connected")) {
            (next instanceof Disconnected ? meters.sessionsClosed : meters.sessionsLost)
                    .record(meters.since(sessionOpened));
        }
    }

    @Override
    public void connectionEvent(ConnectionEvent event) {
        if (event instanceof AttemptStarted) {
            attemptStarted = meters.nanos();
        } else if (event instanceof SessionOpened) {
            meters.attemptsOpened.record(meters.since(attemptStarted));
        } else if (event instanceof AttemptFailed) {
            meters.attemptsFailed.record(meters.since(attemptStarted));
        }
    }

    @Override
    public void received(int bytes) {
        meters.messagesReceived.increment();
        meters.bytesReceived.add(bytes);
    }

    @Override
    public void sent(int bytes) {
        meters.messagesSent.increment();
        meters.bytesSent.add(bytes);
    }

    @Override
    public void heartbeat(Duration roundTrip) {
        meters.heartbeats.record(roundTrip);
    }

    @Override
    public void rateLimited(Duration wait) {
        meters.rateLimited.record(wait);
    }

    @Override
    public Observed begin(Operation operation, ContextView caller) {
        meters.use();
        try {
            return observations.begin(operation, meters.keyValues(), caller, this::observed);
        } catch (RuntimeException | Error e) { // of a handler of the application's
            observed();
            throw e;
        }
    }

    private void observed() {
        telemetry.release(meters);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            streams.forEach(meters::remove);
            meters.leave(state);
            telemetry.release(meters);
        }
    }
}
