package io.agentruntime.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.OutboundOverflowException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.test.StepVerifier;

class OutboundQueueTest {

    /** A socket that takes so many messages, and drains when the test says so. */
    private static final class Socket implements OutboundQueue.Sink {

        final List<String> written = new ArrayList<>();
        final Queue<Runnable> tasks = new ArrayDeque<>();
        int room = Integer.MAX_VALUE;
        int flushes;

        @Override
        public boolean writable() {
            return room > 0;
        }

        @Override
        public void write(boolean binary, ByteBuf payload) {
            room--;
            written.add(payload.toString(StandardCharsets.UTF_8));
            payload.release();
        }

        @Override
        public void flush() {
            flushes++;
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        void run() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }
    }

    private final Socket socket = new Socket();
    private final OutboundQueue queue = new OutboundQueue(socket, UnpooledByteBufAllocator.DEFAULT, 10_000);

    private Disposable send(String text) {
        return queue.send(OutboundMessage.text(text)).subscribe();
    }

    @Test
    void aBatchIsFlushedOnce() {
        send("a");
        send("b");
        send("c");
        socket.run();

        assertThat(socket.written).containsExactly("a", "b", "c");
        assertThat(socket.flushes).isEqualTo(1);
        assertThat(queue.queuedBytes()).isZero();
    }

    @Test
    void whatFindsNoRoomWaitsAndIsOvertakenByTheUrgent() {
        socket.room = 1;
        send("a");
        send("b");
        socket.run();
        queue.send(OutboundMessage.text("urgent").asUrgent()).subscribe();
        socket.run();
        assertThat(socket.written).containsExactly("a");

        socket.room = 10;
        queue.drain();
        socket.run();

        assertThat(socket.written).containsExactly("a", "urgent", "b");
    }

    @Test
    void aCancelledMessageIsNotSentAndFreesItsPlace() {
        Disposable first = send("x".repeat(9_000));
        StepVerifier.create(queue.send(OutboundMessage.text("y".repeat(2_000))))
                .expectError(OutboundOverflowException.class)
                .verify();

        first.dispose();
        assertThat(queue.queuedBytes()).isZero();
        send("z");
        socket.run();

        assertThat(socket.written).containsExactly("z");
    }

    @Test
    void cancelledMessagesDoNotPileUpBehindAFullSocket() {
        socket.room = 0;
        for (int i = 0; i < 100_000; i++) {
            send("x").dispose();
            socket.run();
        }
        send("last");
        socket.room = 1;
        queue.drain();
        socket.run();

        assertThat(socket.written).containsExactly("last");
    }

    @Test
    void emptyMessagesAreBoundedToo() {
        AtomicInteger refused = new AtomicInteger();
        for (int i = 0; i < 1_000; i++) {
            queue.send(OutboundMessage.text("")).subscribe(null, e -> refused.incrementAndGet());
        }

        assertThat(refused).hasValueGreaterThan(800);
        socket.run();
        assertThat(socket.written).hasSize(1_000 - refused.get());
    }

    @Test
    void flushedWaitsForWhatIsBeforeIt() {
        AtomicInteger flushed = new AtomicInteger();
        socket.room = 1;
        send("a");
        send("b");
        queue.flushed().subscribe(null, null, flushed::incrementAndGet);
        socket.run();
        assertThat(flushed).hasValue(0);

        socket.room = 1;
        queue.drain();
        socket.run();

        assertThat(flushed).hasValue(1);
    }

    @Test
    void theEndFailsWhatIsQueuedAndWhatComesLater() {
        List<Throwable> errors = new ArrayList<>();
        IllegalStateException end = new IllegalStateException("end");
        socket.room = 0;
        queue.send(OutboundMessage.text("a")).subscribe(null, errors::add);
        socket.run();

        queue.end(end);
        queue.end(new IllegalStateException("second"));
        socket.run();
        queue.send(OutboundMessage.text("b")).subscribe(null, errors::add);
        socket.run();

        assertThat(errors).containsExactly(end, end);
        assertThat(queue.queuedBytes()).isZero();
        StepVerifier.create(queue.flushed().doOnSubscribe(s -> queue.drain()))
                .then(socket::run)
                .verifyComplete();
    }

    @Test
    void manyProducersLoseNothingAndKeepTheirOwnOrder() throws InterruptedException {
        ExecutorService drain = Executors.newSingleThreadExecutor();
        List<String> written = new ArrayList<>();
        OutboundQueue shared = new OutboundQueue(
                new OutboundQueue.Sink() {
                    @Override
                    public boolean writable() {
                        return true;
                    }

                    @Override
                    public void write(boolean binary, ByteBuf payload) {
                        written.add(payload.toString(StandardCharsets.UTF_8));
                        payload.release();
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void execute(Runnable task) {
                        drain.execute(task);
                    }
                },
                UnpooledByteBufAllocator.DEFAULT,
                1L << 30);
        int producers = 4;
        int each = 10_000;
        CountDownLatch sent = new CountDownLatch(producers * each);
        ExecutorService pool = Executors.newFixedThreadPool(producers);
        for (int p = 0; p < producers; p++) {
            String name = "p" + p + ":";
            pool.execute(() -> {
                for (int i = 0; i < each; i++) {
                    shared.send(OutboundMessage.text(name + i)).subscribe(null, null, sent::countDown);
                }
            });
        }

        assertThat(sent.await(60, TimeUnit.SECONDS)).isTrue();
        pool.shutdown();
        drain.shutdown();
        for (int p = 0; p < producers; p++) {
            String name = "p" + p + ":";
            List<String> own = written.stream().filter(m -> m.startsWith(name)).toList();
            assertThat(own).hasSize(each).startsWith(name + 0).endsWith(name + (each - 1));
        }
    }
}
