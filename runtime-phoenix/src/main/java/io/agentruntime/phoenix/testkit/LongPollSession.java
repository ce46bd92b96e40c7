package io.agentruntime.phoenix.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A connection over long-poll: messages wait in a buffer until they are polled. It ends when nobody has polled for one
 * and a half windows. Within changes only.
 */
final class LongPollSession implements Outlet {

    private final Hub hub;
    private final LongPolls sessions;
    private final String token;
    private final List<Object> buffer = new ArrayList<>();
    private final Disposable.Swap inactive = Disposables.swap();
    private @Nullable Connection connection;
    private Sinks.@Nullable Empty<Void> listener;

    LongPollSession(Hub hub, LongPolls sessions, String token) {
        this.hub = hub;
        this.sessions = sessions;
        this.token = token;
        polled();
    }

    void opened(Connection opened) {
        connection = opened;
    }

    String token() {
        return token;
    }

    Connection connection() {
        return Objects.requireNonNull(connection);
    }

    // Polling

    /** The client is there: the time to the session's end begins anew. */
    void polled() {
        long limit = hub.settings.longPollWindow().toMillis() * 3 / 2;
        inactive.update(hub.scheduler().schedule(() -> hub.confined.run(this::end), limit, TimeUnit.MILLISECONDS));
    }

    boolean hasMessages() {
        return !buffer.isEmpty();
    }

    /** Completes when there is something to poll, for the newest listener only. */
    Mono<Void> nextMessage() {
        listener = Sinks.empty();
        return listener.asMono();
    }

    List<Object> flush() {
        List<Object> waiting = List.copyOf(buffer);
        buffer.clear();
        return waiting;
    }

    // What the server sends

    @Override
    public void text(String message) {
        add(message);
    }

    @Override
    public void binary(byte[] message) {
        add(message);
    }

    private void add(Object message) {
        buffer.add(message);
        Sinks.Empty<Void> waiting = listener;
        listener = null;
        if (waiting != null) {
            hub.confined.effect(waiting::tryEmitEmpty);
        }
    }

    /** A client that polls is not told; it waits out its window. */
    @Override
    public void close(int code, String reason) {
        inactive.dispose();
        sessions.remove(this);
    }

    /** The session is gone. */
    void end() {
        connection().close(0, "");
    }
}
