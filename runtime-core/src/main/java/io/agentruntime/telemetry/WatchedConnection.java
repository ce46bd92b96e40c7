package io.agentruntime.telemetry;

import io.agentruntime.connection.ConnectionEvent;
import io.agentruntime.connection.ConnectionListener;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.Session;

/** Tells the recorder, then the protocol. */
final class WatchedConnection<S extends Session> implements ConnectionListener<S> {

    private final ConnectionListener<S> listener;
    private final Recorder recorder;

    WatchedConnection(ConnectionListener<S> listener, Recorder recorder) {
        this.listener = listener;
        this.recorder = recorder;
    }

    @Override
    public void onState(ConnectionState state) {
        recorder.stateChanged(state);
        listener.onState(state);
    }

    @Override
    public void onSession(S session) {
        listener.onSession(session);
    }

    @Override
    public void onEvent(ConnectionEvent event) {
        recorder.connectionEvent(event);
        listener.onEvent(event);
    }
}
