package io.agentruntime.telemetry;

import io.agentruntime.connection.ConnectionEvent;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.stream.StreamKind;
import java.time.Duration;
import java.util.List;
import reactor.util.context.ContextView;

/**
 * Hears of what one runtime does. Called on the runtime's own threads, on event loops among them: it must not block, and must
 * not throw. What comes for every frame should allocate nothing. By default nothing is done with any of it.
 */
public interface Recorder {

    /** Hears nothing. */
    Recorder NONE = new Recorder() {};

    /** The runtime's streams by kind, to be asked at any time for subscribers, buffers, losses, gaps and refilled messages. Once. */
    default void streams(List<StreamKind> kinds) {}

    /** The connection's state has changed. One call at a time, in order. */
    default void stateChanged(ConnectionState state) {}

    /** Attempts, lost sessions, delays. One call at a time, in order, also with {@link #stateChanged}. */
    default void connectionEvent(ConnectionEvent event) {}

    /** A message arrived, of so many bytes. */
    default void received(int bytes) {}

    /** A message was accepted for sending, of so many bytes. */
    default void sent(int bytes) {}

    /** The peer answered a heartbeat or a ping after this time. */
    default void heartbeat(Duration roundTrip) {}

    /** A request was answered with 429, and waits this long before it is sent again. */
    default void rateLimited(Duration wait) {}

    /**
     * Something begins whose outcome will be known.
     *
     * @param caller the Reactor context of whoever asked for it
     */
    default Observed begin(Operation operation, ContextView caller) {
        return Observed.NOTHING;
    }

    /** The runtime is closed for good. Nothing is asked or told after it, but for operations that end late. */
    default void close() {}
}
