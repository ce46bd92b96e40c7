package io.agentruntime.nookplot;

import io.agentruntime.connection.ConnectionListener;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Disconnected;
import io.agentruntime.connection.ConnectionState.Failed;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.error.RetriesExhaustedException;
import io.agentruntime.error.RuntimeClientException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings the connection's states to the event stream as {@code connection.state}, ends the streams when the connection is
 * given up, and sets up each new session.
 */
final class RuntimeStates implements ConnectionListener<NookplotSession> {

    private final EventHub hub;
    private final Consumer<NookplotSession> setUp;

    RuntimeStates(EventHub hub, Consumer<NookplotSession> setUp) {
        this.hub = hub;
        this.setUp = setUp;
    }

    @Override
    public void onState(ConnectionState state) {
        // "connected" comes from the gateway itself.
        if (state instanceof Disconnected) {
            publish(state, null);
        } else if (state instanceof Reconnecting retry) {
            publish(state, reason(retry.cause()));
        } else if (state instanceof Failed failed) {
            publish(state, reason(failed.cause()));
            hub.fail(failed.cause());
        }
    }

    private void publish(ConnectionState state, @Nullable String reason) {
        hub.publishLocal(GatewayEvent.CONNECTION_STATE, new ConnectionNotice(state.name(), null, reason));
    }

    private static String reason(Throwable cause) {
        return cause instanceof RetriesExhaustedException
                ? "max retries exceeded"
                : RuntimeClientException.describe(cause);
    }

    @Override
    public void onSession(NookplotSession session) {
        setUp.accept(session);
    }
}
