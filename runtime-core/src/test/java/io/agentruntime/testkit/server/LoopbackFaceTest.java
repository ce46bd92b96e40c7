package io.agentruntime.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.net.NetOptions;
import io.agentruntime.net.SecretUri;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import io.agentruntime.transport.WebSocketConnector;
import io.agentruntime.transport.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableChannel;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpClient;

class LoopbackFaceTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final Confined confined = new Confined();
    private final CountDownLatch go = new CountDownLatch(1);
    private volatile Thread loop;

    private final ServerProtocol protocol = new ServerProtocol() {
        @Override
        public Mono<Handshake> handshake(ServerRequest request) {
            return Mono.just(new Handshake.Accept(socket -> {
                loop = Thread.currentThread();
                return new SocketHandler() {
                    @Override
                    public void received(byte[] payload, boolean binary) {}

                    @Override
                    public void closed() {
                        events.add("socket closed");
                    }
                };
            }));
        }

        @Override
        public Mono<HttpOutcome> http(ServerRequest request) {
            return Mono.empty();
        }
    };

    private final LoopResources loops = LoopResources.create("face", 1, 1, true);
    private final Wire wire =
            new Wire(protocol, confined, ServerSettings.defaults().withLoops(loops), Schedulers.parallel());
    private final Face face = new LoopbackFace(wire);

    @AfterEach
    void disposeLoops() {
        go.countDown();
        loops.disposeLater(Duration.ZERO, LIMIT).block(LIMIT);
    }

    private Pipe connect() {
        PipeListener deaf = new PipeListener() {
            @Override
            public void onText(ByteBuf payload) {}

            @Override
            public void onBinary(ByteBuf payload) {}
        };
        return WebSocketConnector.of(NetOptions.defaults(), WebSocketOptions.defaults())
                .connect(PipeRequest.to(SecretUri.of(face.url().replace("http", "ws"))), deaf)
                .block(LIMIT);
    }

    private static void until(BooleanSupplier condition) {
        Flux.interval(Duration.ZERO, Duration.ofMillis(5))
                .filter(tick -> condition.getAsBoolean())
                .blockFirst(LIMIT);
    }

    private void untilNobodyListens() {
        TcpClient.newConnection()
                .host("127.0.0.1")
                .port(URI.create(face.url()).getPort())
                .connect()
                .doOnNext(DisposableChannel::dispose)
                .repeat()
                .onErrorComplete()
                .blockLast(LIMIT);
    }

    /** The books are held, so that the channel's thread stands still between closing the channel and telling the socket. */
    @Test
    void isStoppedWhenTheLastSocketHasBeenTold() throws InterruptedException {
        wire.up();
        face.start().block(LIMIT);
        Pipe client = connect();
        until(() -> loop != null);
        CountDownLatch held = new CountDownLatch(1);
        Thread holder = new Thread(() -> confined.run(() -> {
            held.countDown();
            await(go);
        }));
        holder.start();
        held.await();

        client.abort(new IllegalStateException("gone"));
        until(() -> loop.getState() == Thread.State.BLOCKED);
        Mono<Void> stopping =
                face.stop().doOnSuccess(nothing -> events.add("stopped")).cache();
        stopping.subscribe();
        untilNobodyListens();
        go.countDown();
        stopping.block(LIMIT);
        holder.join();

        assertThat(events).containsExactly("socket closed", "stopped");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
