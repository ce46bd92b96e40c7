package io.agentruntime.testkit;

import io.agentruntime.connection.SessionEnd;
import io.agentruntime.error.DecodeException;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * A socket in memory, both of its ends: the client's {@link Pipe} and the gateway's port.
 *
 * <p>Everything that crosses goes through one worker of the scheduler: in order, one at a time, and in virtual time
 * deterministic. There are no frames here, so a message split in parts arrives as it left, and bytes that are no frame
 * break the connection.
 */
final class MemoryPipe implements Pipe, SocketPort {

    private static final Logger log = LoggerFactory.getLogger(MemoryPipe.class);

    private final Scheduler.Worker worker;
    private final PipeListener listener;
    private final Sinks.One<SessionEnd> ended = Sinks.one();
    private volatile boolean over;
    private volatile @Nullable GatewaySocket socket;

    // On the worker only:
    private boolean frozen;
    private boolean reading = true;
    private final Queue<Runnable> unread = new ArrayDeque<>();

    MemoryPipe(Scheduler scheduler, PipeListener listener) {
        this.worker = scheduler.createWorker();
        this.listener = listener;
    }

    static MemoryPipe open(GatewayCore core, String agentId, PipeListener listener) {
        MemoryPipe pipe = new MemoryPipe(core.scheduler, listener);
        GatewaySocket socket = core.opened(agentId, pipe);
        pipe.socket = socket;
        if (pipe.over) {
            // It ended, by a fault, before it knew whom to tell.
            socket.closed();
        }
        return pipe;
    }

    // The client's end

    @Override
    public String subprotocol() {
        return "";
    }

    @Override
    public Mono<Void> send(OutboundMessage message) {
        return Mono.defer(() -> {
            if (over) {
                return ended.asMono().flatMap(end -> Mono.error(end.toError()));
            }
            ByteBuf encoded = message.encoder().apply(UnpooledByteBufAllocator.DEFAULT);
            byte[] payload = ByteBufUtil.getBytes(encoded);
            encoded.release();
            toGateway(opened -> opened.received(payload, message.binary()));
            return Mono.empty();
        });
    }

    @Override
    public void ping() {
        toGateway(opened -> opened.pinged(new byte[0]));
    }

    @Override
    public void reading(boolean on) {
        onWorker(() -> {
            reading = on;
            while (reading && !unread.isEmpty()) {
                unread.remove().run();
            }
        });
    }

    @Override
    public long queuedBytes() {
        return 0;
    }

    @Override
    public Mono<Void> flushed() {
        return Mono.empty();
    }

    @Override
    public Mono<Void> close(int code, String reason, Duration limit) {
        return Mono.defer(() -> {
            SessionEnd end = SessionEnd.local(code, reason);
            onWorker(() -> {
                GatewaySocket opened = socket;
                if (!frozen && opened != null) {
                    opened.closing(code, reason);
                    end(end);
                }
            });
            if (!over) {
                worker.schedule(() -> end(end), limit.toMillis(), TimeUnit.MILLISECONDS);
            }
            return ended.asMono().then();
        });
    }

    @Override
    public void abort(Throwable cause) {
        end(SessionEnd.broken(cause));
    }

    @Override
    public Mono<SessionEnd> ended() {
        return ended.asMono();
    }

    private interface Arrival {
        void at(GatewaySocket opened);
    }

    private void toGateway(Arrival arrival) {
        onWorker(() -> {
            GatewaySocket opened = socket;
            if (!frozen && opened != null) {
                arrival.at(opened);
            }
        });
    }

    // The gateway's end

    @Override
    public void text(byte[] utf8, int parts) {
        toClient(() -> listener.onText(Unpooled.wrappedBuffer(utf8)));
    }

    @Override
    public void raw(byte[] bytes) {
        toClient(
                () -> end(SessionEnd.broken(new DecodeException("WebSocket frame", "these bytes are none", "", null))));
    }

    @Override
    public void pong(byte[] payload) {
        toClient(listener::onPong);
    }

    @Override
    public void close(int code, String reason) {
        toClient(() -> end(SessionEnd.remote(code, reason)));
    }

    @Override
    public void cut() {
        onWorker(() -> end(SessionEnd.broken(null)));
    }

    @Override
    public void frozen(boolean on) {
        onWorker(() -> frozen = on);
    }

    private void toClient(Runnable arrival) {
        onWorker(() -> {
            if (frozen) {
                return;
            }
            Runnable guarded = () -> deliver(arrival);
            if (reading) {
                guarded.run();
            } else {
                unread.add(guarded);
            }
        });
    }

    private void deliver(Runnable arrival) {
        if (over) {
            return;
        }
        try {
            arrival.run();
        } catch (RuntimeException e) {
            log.warn("A listener failed", e);
        }
    }

    // Both

    private void onWorker(Runnable task) {
        if (!over) {
            worker.schedule(() -> {
                if (!over) {
                    task.run();
                }
            });
        }
    }

    private void end(SessionEnd end) {
        if (ended.tryEmitValue(end).isSuccess()) {
            over = true;
            GatewaySocket opened = socket;
            if (opened != null) {
                opened.closed();
            }
            worker.dispose();
        }
    }
}
