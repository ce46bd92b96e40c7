package io.agentruntime.stream;

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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import reactor.core.scheduler.Schedulers;

/** One element through a stream to its subscribers, both ends on one thread: the work itself, without any waiting. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(
        value = 1,
        jvmArgs = {"-Xms512m", "-Xmx512m"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StreamBenchmark {

    private static final int ELEMENTS = 200;

    @Param({"1", "10"})
    public int subscribers;

    private final HotStream<String> stream = new HotStream<>("benchmark", null);
    private final Batch batch = new Batch();
    private final Queue<Runnable> drains = new ArrayDeque<>();

    @Setup
    public void subscribe(Blackhole reader) {
        StreamOptions options =
                new StreamOptions(OverflowPolicy.ERROR, 4 * ELEMENTS, Schedulers.fromExecutor(drains::add));
        for (int i = 0; i < subscribers; i++) {
            stream.flux(options).subscribe(reader::consume);
        }
    }

    /** Each element is one by itself: it is delivered before the next one comes. */
    @Benchmark
    @OperationsPerInvocation(ELEMENTS)
    public void oneByOne() {
        for (int i = 0; i < ELEMENTS; i++) {
            stream.next("element");
            deliver();
        }
    }

    /** They come together, as the messages of one read do. */
    @Benchmark
    @OperationsPerInvocation(ELEMENTS)
    public void batch() {
        batch.begin();
        for (int i = 0; i < ELEMENTS; i++) {
            stream.next("element", batch);
        }
        batch.end();
        deliver();
    }

    private void deliver() {
        for (Runnable drain = drains.poll(); drain != null; drain = drains.poll()) {
            drain.run();
        }
    }
}
