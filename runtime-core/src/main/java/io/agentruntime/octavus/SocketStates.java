package io.agentruntime.octavus;

import io.agentruntime.connection.ConnectionListener;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.SerialExecutor;
import io.agentruntime.octavus.TransportState.Status;
import io.agentruntime.stream.HotStream;
import io.agentruntime.stream.StreamOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Puts the engine's states into the protocol's words, which call a failed first attempt an error. */
final class SocketStates implements ConnectionListener<OctavusSession> {

    private final SerialExecutor inbox = new SerialExecutor();
    private final HotStream<TransportState> states = new HotStream<>("states of octavus", null);
    private final Consumer<OctavusSession> onSession;
    private final Consumer<Throwable> onGivenUp;
    private volatile TransportState current = TransportState.DISCONNECTED;
    private volatile @Nullable Throwable failure;

    /**
     * @param onSession sets up a session that is open
     * @param onGivenUp told when no attempt follows any more
     */
    SocketStates(Consumer<OctavusSession> onSession, Consumer<Throwable> onGivenUp) {
        this.onSession = onSession;
        this.onGivenUp = onGivenUp;
    }

    TransportState current() {
        return current;
    }

    Flux<TransportState> flux(StreamOptions options) {
        return states.fluxAfter(this::current, inbox, options);
    }

    void attemptFailed(Throwable error) {
        failure = error;
    }

    /** The user does not want a connection: an earlier failure is no news any more. */
    void disconnected() {
        failure = null;
        inbox.execute(() -> {
            if (current.status() == Status.ERROR) {
                moveTo(TransportState.DISCONNECTED);
            }
        });
    }

    void complete() {
        inbox.execute(states::complete);
    }

    @Override
    public void onState(ConnectionState state) {
        TransportState next = translate(state);
        inbox.execute(() -> moveTo(next));
        if (state instanceof ConnectionState.Failed failed) {
            onGivenUp.accept(failed.cause());
        }
    }

    private TransportState translate(ConnectionState state) {
        if (state instanceof ConnectionState.Connected) {
            return new TransportState(Status.CONNECTED, null);
        } else if (state instanceof ConnectionState.Reconnecting retry) {
            return new TransportState(Status.CONNECTING, retry.cause());
        } else if (state instanceof ConnectionState.Failed failed) {
            return new TransportState(Status.ERROR, failed.cause());
        } else if (state instanceof ConnectionState.Connecting) {
            failure = null;
            return new TransportState(Status.CONNECTING, null);
        }
        Throwable error = failure;
        return error == null ? TransportState.DISCONNECTED : new TransportState(Status.ERROR, error);
    }

    private void moveTo(TransportState next) {
        if (!next.equals(current)) {
            current = next;
            states.next(next);
        }
    }

    @Override
    public void onSession(OctavusSession session) {
        failure = null;
        onSession.accept(session);
    }
}
