package io.agentruntime.testkit;

import io.agentruntime.connection.SessionEnd;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.transport.InMemoryPipe;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A socket in memory: the gateway's end of a linked pair. It has no frames, so a message split in parts arrives as it
 * left, and bytes that are no frame break the connection.
 */
final class MemorySocket implements SocketPort, PipeListener {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

    private final InMemoryPipe server;
    private final InMemoryPipe client;
    private volatile @Nullable GatewaySocket socket;

    /** Touched on the server end's thread only. */
    private boolean frozen;

    private MemorySocket(InMemoryPipe.Pair link) {
        this.server = link.server();
        this.client = link.client();
    }

    /** The client's end of a new socket, which waits for its listener. */
    static InMemoryPipe open(GatewayCore core, String agentId, WebSocketOptions options) {
        MemorySocket port = new MemorySocket(InMemoryPipe.pair(core.scheduler, options, ""));
        GatewaySocket socket = core.opened(agentId, port);
        port.socket = socket;
        port.server.attach(port);
        port.server.ended().subscribe(end -> {
            if (end.initiator() == SessionEnd.Initiator.REMOTE) {
                socket.closing(end.status().code(), end.status().reason());
            }
            socket.closed();
        });
        return port.client;
    }

    // What the client sends

    @Override
    public void onText(ByteBuf payload) {
        received(payload, false);
    }

    @Override
    public void onBinary(ByteBuf payload) {
        received(payload, true);
    }

    private void received(ByteBuf payload, boolean binary) {
        GatewaySocket opened = socket;
        if (opened != null) {
            opened.received(ByteBufUtil.getBytes(payload), binary);
        }
    }

    /** A ping: this end sends none that a pong could answer. */
    @Override
    public void onPong() {
        GatewaySocket opened = socket;
        if (opened != null) {
            opened.pinged();
        }
    }

    // What the core wants

    @Override
    public void text(byte[] utf8, int parts) {
        server.execute(() -> server.send(OutboundMessage.text(
                        allocator -> allocator.buffer(utf8.length).writeBytes(utf8)))
                .subscribe(sent -> {}, this::cutUnlessEnded));
    }

    /** The real gateway queues without a bound; here a client that does not read loses its socket at the limit. */
    private void cutUnlessEnded(Throwable failure) {
        cut();
    }

    @Override
    public void raw(byte[] bytes) {
        cut();
    }

    @Override
    public void answerPings(boolean on) {
        server.execute(() -> server.answerPings(on));
    }

    @Override
    public void close(int code, String reason) {
        server.execute(() -> {
            if (!frozen) {
                server.close(code, reason, CLOSE_LIMIT).subscribe();
            }
        });
    }

    @Override
    public void cut() {
        server.execute(() -> {
            server.loseOutbound(false);
            server.abort(new DisconnectedException("The embedded gateway's socket"));
        });
    }

    @Override
    public void frozen(boolean on) {
        server.execute(() -> {
            frozen = on;
            server.loseOutbound(on);
            client.loseOutbound(on);
        });
    }
}
