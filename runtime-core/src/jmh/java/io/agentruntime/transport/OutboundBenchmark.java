package io.agentruntime.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One message through the outbound queue into a socket that always has room, sender and drain on one thread. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(
        value = 1,
        jvmArgs = {"-Xms512m", "-Xmx512m"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class OutboundBenchmark {

    private static final int MESSAGES = 200;

    private final ByteBuf payload =
            Unpooled.unreleasableBuffer(Unpooled.directBuffer().writeZero(120));
    private final OutboundMessage message = OutboundMessage.text(allocator -> payload);
    private final OutboundMessage urgent = message.asUrgent();
    private final Queue<Runnable> drains = new ArrayDeque<>();
    private long written;

    private final OutboundQueue queue = new OutboundQueue(
            new OutboundQueue.Sink() {
                @Override
                public boolean writable() {
                    return true;
                }

                @Override
                public void write(boolean binary, ByteBuf payload) {
                    written += payload.readableBytes();
                    payload.release();
                }

                @Override
                public void flush() {}

                @Override
                public void execute(Runnable task) {
                    drains.add(task);
                }
            },
            ByteBufAllocator.DEFAULT,
            1L << 20);

    /** Each message is written before the next one is sent. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long oneByOne() {
        for (int i = 0; i < MESSAGES; i++) {
            queue.send(message).subscribe();
            drain();
        }
        return written;
    }

    /** Many are queued before the drain has its turn. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long burst() {
        for (int i = 0; i < MESSAGES; i++) {
            queue.send(message).subscribe();
        }
        drain();
        return written;
    }

    /** One that overtakes the others, behind a burst. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long burstWithAnUrgentOne() {
        for (int i = 1; i < MESSAGES; i++) {
            queue.send(message).subscribe();
        }
        queue.send(urgent).subscribe();
        drain();
        return written;
    }

    private void drain() {
        for (Runnable drain = drains.poll(); drain != null; drain = drains.poll()) {
            drain.run();
        }
    }
}
