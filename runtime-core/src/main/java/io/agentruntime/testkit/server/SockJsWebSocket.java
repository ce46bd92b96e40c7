package io.agentruntime.testkit.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;

/** A SockJS session over a WebSocket: frames on the way out, arrays on the way in, heartbeats that are pings. */
final class SockJsWebSocket implements SocketPort, SocketHandler {

    private static final String NORMAL = "Normal closure";

    private final Wire wire;
    private final SockJsSettings settings;
    private final ServerSocket below;
    private final Disposable.Swap heartbeat = Disposables.swap();
    private final Disposable.Swap answer = Disposables.swap();
    private @Nullable ServerSocket session;
    private boolean closed;

    private SockJsWebSocket(Wire wire, SockJsSettings settings, ServerSocket below) {
        this.wire = wire;
        this.settings = settings;
        this.below = below;
    }

    /** Within a change: puts a session in the place of the WebSocket that carries it. */
    static SocketHandler open(Wire wire, SockJsSettings settings, ServerSocket below, Handshake.Accept accepted) {
        SockJsWebSocket port = new SockJsWebSocket(wire, settings, below);
        wire.removed(below);
        below.message("o".getBytes(StandardCharsets.UTF_8), false, 1);
        port.session = wire.opened(accepted, port);
        port.beatAfter(settings.heartbeat());
        return port;
    }

    private void beatAfter(Duration delay) {
        heartbeat.update(
                wire.scheduler.schedule(() -> wire.confined.run(this::beat), delay.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void beat() {
        if (closed) {
            return;
        }
        below.ping();
        answer.update(wire.scheduler.schedule(
                () -> wire.confined.run(() -> closeWith(3000, "No response from heartbeat")),
                settings.heartbeatAnswer().toMillis(),
                TimeUnit.MILLISECONDS));
        beatAfter(settings.heartbeat());
    }

    private void closeWith(int code, String reason) {
        if (!closed) {
            frame(SockJsFrames.close(code, reason));
            end(1000, NORMAL);
        }
    }

    private void end(int code, String reason) {
        closed = true;
        stopTimers();
        below.close(code, reason);
    }

    private void stopTimers() {
        heartbeat.dispose();
        answer.dispose();
    }

    private void frame(String frame) {
        below.message(frame.getBytes(StandardCharsets.UTF_8), false, 1);
    }

    // --- what comes in; inside a change

    @Override
    public void received(byte[] payload, boolean binary) {
        if (closed || payload.length == 0) {
            return;
        }
        List<byte[]> messages = SockJsFrames.read(payload);
        if (messages == null) {
            end(3000, "Broken framing.");
            return;
        }
        messages.forEach(message -> session().received(message, false));
    }

    @Override
    public void pinged() {
        session().pinged();
    }

    @Override
    public void ponged() {
        answer.update(Disposables.disposed());
        session().ponged();
    }

    @Override
    public void closing(int code, String reason) {
        session().closing(code, reason);
    }

    @Override
    public void closed() {
        closed = true;
        stopTimers();
        session().closed();
    }

    private ServerSocket session() {
        ServerSocket opened = session;
        if (opened == null) {
            throw new IllegalStateException("A WebSocket hears nothing before it is open");
        }
        return opened;
    }

    // --- what the session wants; an effect each

    @Override
    public void message(byte[] payload, boolean binary, int parts) {
        wire.confined.run(() -> {
            if (!closed) {
                String frame = SockJsFrames.messages(List.of(new String(payload, StandardCharsets.UTF_8)));
                below.message(frame.getBytes(StandardCharsets.UTF_8), false, parts);
            }
        });
    }

    @Override
    public void close(int code, String reason) {
        wire.confined.run(() -> closeWith(code, reason));
    }

    @Override
    public void raw(byte[] bytes) {
        below.raw(bytes);
    }

    @Override
    public void ping() {
        below.ping();
    }

    @Override
    public void answerPings(boolean on) {
        below.answerPings(on);
    }

    @Override
    public void cut() {
        below.cut();
    }

    @Override
    public void frozen(boolean on) {
        below.freeze(on);
    }
}
