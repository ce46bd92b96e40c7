package io.agentruntime.phoenix.testkit;

import io.agentruntime.testkit.server.ServerSocket;
import io.agentruntime.testkit.server.SocketHandler;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;

/** A connection over WebSocket. The server sends no pings, and closes a socket that nothing came over for too long. */
final class WebSocketOutlet implements Outlet, SocketHandler {

    private final Hub hub;
    private final ServerSocket socket;
    private final Connection connection;
    private final Disposable.Swap idle = Disposables.swap();
    private long lastFrame;

    WebSocketOutlet(Hub hub, ServerSocket socket, Serializer serializer, ConnectRequest request, @Nullable String id) {
        this.hub = hub;
        this.socket = socket;
        this.connection = hub.opened(this, serializer, request, id);
        alive();
        sleep(hub.settings.idleTimeout().toMillis());
    }

    private void alive() {
        lastFrame = hub.scheduler().now(TimeUnit.MILLISECONDS);
    }

    private void sleep(long millis) {
        idle.update(hub.scheduler().schedule(() -> hub.confined.run(this::look), millis, TimeUnit.MILLISECONDS));
    }

    private void look() {
        long left = hub.settings.idleTimeout().toMillis() - (hub.scheduler().now(TimeUnit.MILLISECONDS) - lastFrame);
        if (left > 0) {
            sleep(left);
        } else {
            connection.close(hub.settings.adapter().idleCode, "");
        }
    }

    // What the client sends

    @Override
    public void received(byte[] payload, boolean binary) {
        alive();
        connection.received(payload, binary, () -> {});
    }

    @Override
    public void pinged() {
        alive();
    }

    @Override
    public void ponged() {
        alive();
    }

    @Override
    public void closing(int code, String reason) {
        connection.gone();
    }

    @Override
    public void closed() {
        idle.dispose();
        connection.gone();
    }

    // What the server sends

    @Override
    public void text(String message) {
        socket.text(message);
    }

    @Override
    public void binary(byte[] message) {
        socket.binary(message);
    }

    @Override
    public void close(int code, String reason) {
        idle.dispose();
        socket.close(code, reason);
    }
}
