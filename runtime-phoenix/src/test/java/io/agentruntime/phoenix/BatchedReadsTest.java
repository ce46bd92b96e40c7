package io.agentruntime.phoenix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.transport.PipeListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** What one read of the socket brings wakes a subscriber once. */
class BatchedReadsTest extends PhoenixScenario {

    private final AtomicReference<PipeListener> reader = new AtomicReference<>();
    private final List<Runnable> wakeUps = new ArrayList<>();
    private final StreamOptions served =
            StreamOptions.of(OverflowPolicy.ERROR).withDeliverOn(Schedulers.fromExecutor(wakeUps::add));
    private PhoenixSocket socket;
    private PhoenixChannel channel;

    @BeforeEach
    void join() {
        socket = connected(options -> options.transport(http, (request, listener) -> {
            reader.set(listener);
            return server.connect(request, listener);
        }));
        channel = joined(socket);
    }

    private List<Object> subscribe(Flux<?> stream) {
        List<Object> got = new ArrayList<>();
        stream.subscribe(got::add);
        wakeUps.remove(0).run(); // what the request has started
        return got;
    }

    private void arrives(String event) {
        ByteBuf frame = Unpooled.copiedBuffer("[null,null,\"" + TOPIC + "\",\"" + event + "\",{}]", UTF_8);
        reader.get().onText(frame);
        frame.release();
    }

    @Test
    void aSubscriberOfAnEventIsWokenUpAtTheEndOfTheRead() {
        List<Object> got = subscribe(channel.on("shout", served));

        readThree();

        assertThat(got).hasSize(3);
    }

    @Test
    void aSubscriberOfDeliveriesIsWokenUpAtTheEndOfTheRead() {
        List<Object> got = subscribe(channel.deliveries(served));

        readThree();

        assertThat(got).hasSize(3);
    }

    @Test
    void aSubscriberOfTheSocketsMessagesIsWokenUpAtTheEndOfTheRead() {
        List<Object> got = subscribe(socket.messages(served));

        readThree();

        assertThat(got).hasSize(3);
    }

    private void readThree() {
        reader.get().onReadStart();
        arrives("shout");
        arrives("shout");
        arrives("shout");
        assertThat(wakeUps).isEmpty();
        reader.get().onReadComplete();
        assertThat(wakeUps).hasSize(1);
        wakeUps.remove(0).run();
    }

    /** Its writing is a task of the channel, which a message then has to wait for. */
    public final class SlowToWrite {

        public String getText() {
            Thread eventLoop = new Thread(() -> {
                reader.get().onReadStart();
                arrives("shout");
            });
            eventLoop.start();
            try {
                eventLoop.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return "slow";
        }
    }

    @Test
    void aMessageThatAnotherThreadHandlesDoesNotWaitForTheRead() {
        List<Object> got = subscribe(channel.on("shout", served));

        channel.send("ask", new SlowToWrite()).subscribe();

        assertThat(wakeUps).hasSize(1);
        wakeUps.remove(0).run();
        assertThat(got).hasSize(1);
    }
}
