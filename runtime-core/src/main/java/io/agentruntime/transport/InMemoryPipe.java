package io.agentruntime.transport;

import io.agentruntime.connection.CloseStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.util.concurrent.Queues;

/**
 * One end of a pipe in memory, for tests: everything runs on one {@link Scheduler}, so that a scenario under reactor-test's
 * {@code VirtualTimeScheduler} is deterministic. It behaves as a WebSocket does: urgent messages first, bounded queue and
 * window, closing handshake, 1006 after an abort, and pings that are answered. A link can be told to misbehave.
 *
 * <pre>{@code
 * InMemoryPipe.Pair link = InMemoryPipe.pair(scheduler);
 * link.server().attach(gatewaySide);
 * link.client().attach(listener);   // nothing is delivered to an end before it has a listener
 * }</pre>
 */
public final class InMemoryPipe extends AbstractPipe {

    /** Two linked ends. */
    public record Pair(InMemoryPipe client, InMemoryPipe server) {}

    private sealed interface Frame {
        record Message(boolean binary, ByteBuf payload) implements Frame {}

        record Ping() implements Frame {}

        record Pong() implements Frame {}

        record Close(CloseStatus status) implements Frame {}

        record Cut() implements Frame {}
    }

    private final Scheduler scheduler;
    private final String subprotocol;
    private final Queue<Runnable> tasks =
            Queues.<Runnable>unboundedMultiproducer().get();
    private final AtomicInteger pendingTasks = new AtomicInteger();
    private final AtomicLong inFlight = new AtomicLong();
    private final ArrayDeque<Frame> inbound = new ArrayDeque<>();

    private volatile boolean reading = true;
    private volatile boolean losing;
    private volatile boolean answeringPings = true;
    private volatile @Nullable PipeListener listener;
    private @Nullable InMemoryPipe peer;

    private InMemoryPipe(Scheduler scheduler, WebSocketOptions options, String subprotocol) {
        super(options, scheduler, ByteBufAllocator.DEFAULT);
        this.scheduler = scheduler;
        this.subprotocol = subprotocol;
    }

    /** Two linked ends with default limits and no subprotocol. */
    public static Pair pair(Scheduler scheduler) {
        return pair(scheduler, WebSocketOptions.defaults(), "");
    }

    /** Two linked ends; the limits hold for both. */
    public static Pair pair(Scheduler scheduler, WebSocketOptions options, String subprotocol) {
        InMemoryPipe client = new InMemoryPipe(scheduler, options, subprotocol);
        InMemoryPipe server = new InMemoryPipe(scheduler, options, subprotocol);
        client.peer = server;
        server.peer = client;
        return new Pair(client, server);
    }

    /** Gives this end its listener; what came before is delivered now. Once only. */
    public void attach(PipeListener listener) {
        if (this.listener != null) {
            throw new IllegalStateException("This end has its listener already");
        }
        this.listener = listener;
        onThread(this::deliver);
    }

    /**
     * Whether all that this end sends from now on vanishes without a trace, close frames and aborts included. Set on both
     * ends it makes the link half-open: each side believes in it.
     */
    public void loseOutbound(boolean losing) {
        this.losing = losing;
    }

    /** Whether this end answers pings; it does by default. */
    public void answerPings(boolean answering) {
        this.answeringPings = answering;
    }

    @Override
    public String subprotocol() {
        return subprotocol;
    }

    @Override
    public void reading(boolean on) {
        reading = on;
        if (on) {
            onThread(this::deliver);
        }
    }

    private InMemoryPipe peer() {
        return Objects.requireNonNull(peer);
    }

    @Override
    protected PipeListener listener() {
        return Objects.requireNonNull(listener);
    }

    // --- one task at a time, in order, whatever the scheduler

    @Override
    protected void onThread(Runnable task) {
        execute(task);
    }

    @Override
    public void execute(Runnable task) {
        tasks.offer(task);
        if (pendingTasks.getAndIncrement() == 0) {
            try {
                scheduler.schedule(this::runTasks);
            } catch (RejectedExecutionException e) {
                // Whoever disposed the scheduler ended the scenario; what is left only has to be released.
                runTasks();
            }
        }
    }

    private void runTasks() {
        int missed = pendingTasks.get();
        do {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
            missed = pendingTasks.addAndGet(-missed);
        } while (missed != 0);
    }

    // --- outbound

    @Override
    protected boolean writable() {
        return losing || peer().inFlight.get() < options.windowBytes();
    }

    @Override
    protected void write(boolean binary, ByteBuf payload) {
        transmit(new Frame.Message(binary, payload));
    }

    @Override
    protected void flush() {}

    @Override
    protected void writePing() {
        transmit(new Frame.Ping());
    }

    @Override
    protected void writeClose(CloseStatus status) {
        transmit(new Frame.Close(status));
    }

    @Override
    protected void closeWhenWritten() {
        transmit(new Frame.Cut());
    }

    @Override
    protected void cut() {
        transmit(new Frame.Cut());
    }

    private void transmit(Frame frame) {
        if (losing) {
            discard(frame);
            return;
        }
        InMemoryPipe to = peer();
        to.inFlight.addAndGet(size(frame));
        to.onThread(() -> {
            to.inbound.add(frame);
            to.deliver();
        });
    }

    // --- inbound

    private void deliver() {
        while (isEnded() || (reading && listener != null)) {
            Frame frame = inbound.poll();
            if (frame == null) {
                break;
            }
            long before = inFlight.getAndAdd(-size(frame));
            if (before >= options.windowBytes() && before - size(frame) < options.windowBytes()) {
                peer().queue.drain();
            }
            if (isEnded()) {
                discard(frame);
            } else {
                receive(frame);
            }
        }
    }

    private void receive(Frame frame) {
        if (frame instanceof Frame.Message message) {
            receive(message);
        } else if (frame instanceof Frame.Close close) {
            onClose(close.status());
        } else if (frame instanceof Frame.Cut) {
            onBroken(null);
        } else {
            if (frame instanceof Frame.Ping && answeringPings) {
                transmit(new Frame.Pong());
            }
            onSignOfLife();
        }
    }

    private void receive(Frame.Message message) {
        try {
            if (message.payload().readableBytes() > options.maxMessageBytes()) {
                writeClose(new CloseStatus(CloseStatus.MESSAGE_TOO_BIG, ""));
                onTooLarge();
                cut();
            } else {
                onMessage(message.binary(), message.payload());
            }
        } finally {
            message.payload().release();
        }
    }

    @Override
    protected void release() {
        // What is still held is read into the void by the next delivery.
        onThread(this::deliver);
    }

    private static int size(Frame frame) {
        return frame instanceof Frame.Message message ? message.payload().readableBytes() : 0;
    }

    private static void discard(Frame frame) {
        if (frame instanceof Frame.Message message) {
            message.payload().release();
        }
    }
}
