package io.agentruntime.testkit.server;

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
 * A socket in memory: the server's end of a linked pair. It has no frames, so a message split in parts arrives as it
 * left, and bytes that are no frame break the connection.
 */
final class MemorySocket implements SocketPort, PipeListener {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

    private static final int TOO_BIG = 1009;

    private final InMemoryPipe server;
    private final InMemoryPipe client;
    private final int maxBytes;
    private volatile @Nullable ServerSocket socket;

    /** Touched on the server end's thread only. */
    private boolean frozen;

    private int pingsUnanswered;

    private MemorySocket(InMemoryPipe.Pair link, int maxBytes) {
        this.server = link.server();
        this.client = link.client();
        this.maxBytes = maxBytes;
    }

    /** The client's end of a new socket, which waits for its listener. */
    static InMemoryPipe open(Wire wire, Handshake.Accept accepted, WebSocketOptions options) {
        MemorySocket port = new MemorySocket(
                InMemoryPipe.pair(wire.scheduler, options, accepted.subprotocol()), wire.settings.maxFrameBytes());
        ServerSocket socket = wire.opened(accepted, port);
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
        ServerSocket opened = socket;
        if (payload.readableBytes() > maxBytes) {
            close(TOO_BIG, "");
        } else if (opened != null) {
            opened.received(ByteBufUtil.getBytes(payload), binary);
        }
    }

    /** A ping, or the pong to one of ours. */
    @Override
    public void onPong() {
        ServerSocket opened = socket;
        if (opened == null) {
            return;
        }
        if (pingsUnanswered > 0) {
            pingsUnanswered--;
            opened.ponged();
        } else {
            opened.pinged();
        }
    }

    // What the server wants

    @Override
    public void message(byte[] payload, boolean binary, int parts) {
        server.execute(() -> server.send(new OutboundMessage(
                        binary,
                        false,
                        allocator -> allocator.buffer(payload.length).writeBytes(payload)))
                .subscribe(sent -> {}, this::cutUnlessEnded));
    }

    /** Real servers queue without a bound; here a client that does not read loses its socket at the limit. */
    private void cutUnlessEnded(Throwable failure) {
        cut();
    }

    @Override
    public void ping() {
        server.execute(() -> {
            pingsUnanswered++;
            server.ping();
        });
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
            server.abort(new DisconnectedException("The embedded server's socket"));
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
