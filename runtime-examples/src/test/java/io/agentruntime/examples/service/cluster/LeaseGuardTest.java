package io.agentruntime.examples.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import io.agentruntime.testkit.RecordedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.Connection;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpClient;
import reactor.test.StepVerifier;

/** Nothing leaves under a lease that is over. The clock is the test's; time that passes on it is time in which nobody acts. */
class LeaseGuardTest {

    private static final long LEASE = Duration.ofSeconds(10).toNanos();

    private final AtomicLong clock = new AtomicLong();
    private final Lease lease = new Lease(clock::get, LEASE);

    @Nested
    class OnAChannel {

        private final EmbeddedChannel channel = new EmbeddedChannel(new LeaseGuard(lease));

        @Test
        void letsEverythingThroughWhileTheLeaseIsHeld() {
            assertThat(channel.writeOutbound(bytes())).isTrue();
            assertThat((LeasedBytes) channel.readOutbound()).satisfies(LeasedBytes::release);
            assertThat(channel.isOpen()).isTrue();
        }

        @Test
        void refusesToWriteWhenTheLeaseHasRunOut() {
            ByteBuf late = bytes();
            clock.addAndGet(LEASE);

            ChannelFuture written = channel.writeAndFlush(late);

            assertThat(written.isSuccess()).isFalse();
            assertThat(late.refCnt()).isZero();
            assertThat((Object) channel.readOutbound()).isNull();
            assertThat(channel.isOpen()).isFalse();
        }

        @Test
        void flushesNothingThatWasWrittenBeforeTheLeaseRanOut() {
            ByteBuf early = bytes();
            ChannelFuture written = channel.write(early);
            clock.addAndGet(LEASE);

            channel.flush();

            assertThat(written.isSuccess()).isFalse();
            assertThat(early.refCnt()).isZero();
            assertThat((Object) channel.readOutbound()).isNull();
            assertThat(channel.isOpen()).isFalse();
        }

        @Test
        void closesWhenTheLeaseIsEnded() {
            lease.end();

            assertThat(channel.isOpen()).isFalse();
        }

        @Test
        void refusesToConnectWhenTheLeaseHasRunOut() {
            clock.addAndGet(LEASE);

            ChannelFuture connected = channel.connect(InetSocketAddress.createUnresolved("gateway", 1));

            assertThat(connected.isSuccess()).isFalse();
            assertThat(channel.isOpen()).isFalse();
        }

        private ByteBuf bytes() {
            return Unpooled.copiedBuffer("heartbeat", StandardCharsets.UTF_8);
        }
    }

    /** A peer that does not read: what the kernel has no room for waits in Netty, which looks by itself when there is some. */
    @Nested
    class OnASocketThatIsFull {

        private static final int CHUNK = 64 * 1024;
        private static final int CHUNKS = 512;

        private final AtomicInteger handedOver = new AtomicInteger();

        @ParameterizedTest(name = "native transport {0}")
        @ValueSource(booleans = {true, false})
        void nothingThatWaitsIsSentWhenTheLeaseHasRunOut(boolean nativeTransport) throws IOException {
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                Connection connection = connect(server, nativeTransport);
                try (Socket peer = server.accept()) {
                    fill(connection);

                    clock.addAndGet(LEASE);
                    // What was being written at that moment.
                    onLoop(connection.channel(), () -> {});
                    int before = handedOver.get();
                    assertThat(before).isBetween(1, CHUNKS - 1);

                    // As if the process had been stopped until now: the first to find it out is who writes to the
                    // socket.
                    assertThat(read(peer)).isLessThan((before + 1L) * CHUNK);
                    connection.onDispose().block(Duration.ofSeconds(20));
                    assertThat(handedOver).hasValue(before);
                }
            }
        }

        @Test
        void everythingIsSentWhileTheLeaseIsHeld() throws IOException {
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                Connection connection = connect(server, true);
                try (Socket peer = server.accept()) {
                    fill(connection);
                    assertThat(peer.getInputStream().readNBytes(CHUNKS * CHUNK)).hasSize(CHUNKS * CHUNK);
                    // The peer has it before Netty has taken note that it was written.
                    onLoop(connection.channel(), () -> {});
                    assertThat(connection.channel().isWritable()).isTrue();
                } finally {
                    connection.disposeNow();
                }
            }
        }

        /** What the kernel has taken, and not sent, when the lease is ended, it forgets. */
        @Test
        void whatTheKernelHasNotSentIsDropped() throws IOException {
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                Connection connection = connect(server, true);
                try (Socket peer = server.accept()) {
                    fill(connection);

                    lease.end();
                    connection.onDispose().block(Duration.ofSeconds(20));

                    assertThat(read(peer)).isLessThan((long) handedOver.get() * CHUNK);
                }
            }
        }

        private Connection connect(ServerSocket server, boolean nativeTransport) throws IOException {
            server.setReceiveBufferSize(4096);
            return TcpClient.newConnection()
                    .runOn(LoopResources.create("full", 1, true), nativeTransport)
                    .host("127.0.0.1")
                    .port(server.getLocalPort())
                    .doOnChannelInit(
                            (observer, channel, remote) -> channel.pipeline().addFirst(new LeaseGuard(lease)))
                    .connectNow();
        }

        /** Returns when no more has room: Netty writes a part, and comes back to it as long as there is room for more. */
        private void fill(Connection connection) {
            Channel channel = connection.channel();
            onLoop(channel, () -> {
                for (int i = 0; i < CHUNKS; i++) {
                    channel.write(Unpooled.wrappedBuffer(new byte[CHUNK])).addListener(written -> {
                        if (written.isSuccess()) {
                            handedOver.incrementAndGet();
                        }
                    });
                }
                channel.flush();
            });
            int last = -1;
            for (int unchanged = 0; unchanged < 5; unchanged = handedOver.get() == last ? unchanged + 1 : 0) {
                last = handedOver.get();
                onLoop(channel, () -> {});
            }
            assertThat(channel.isWritable()).isFalse();
        }

        private static void onLoop(Channel channel, Runnable task) {
            channel.eventLoop().submit(task).syncUninterruptibly();
        }

        private static long read(Socket peer) {
            long count = 0;
            try {
                peer.setSoTimeout(10_000);
                byte[] some = new byte[CHUNK];
                for (int n = peer.getInputStream().read(some);
                        n >= 0;
                        n = peer.getInputStream().read(some)) {
                    count += n;
                }
            } catch (IOException reset) {
                // That is its end, too, and so is silence.
            }
            return count;
        }
    }

    @Nested
    class OnARuntime {

        private static final Duration PATIENCE = Duration.ofSeconds(20);

        private final EmbeddedGateway gateway = EmbeddedGateway.start().block(PATIENCE);
        private final GatewayAgent agent = gateway.agent("agent");
        private final NookplotRuntime runtime = gateway.runtime(agent)
                .autoSubscribe(false)
                .net(net -> net.customizer(LeaseGuard.on(lease)))
                .build();

        @Test
        void neitherMessagesNorRequestsNorGoodbyesNorNewConnectionsReachTheGateway() {
            runtime.connect().block(PATIENCE);
            runtime.connection().sendWs(Map.of("type", "hello")).block(PATIENCE);
            StepVerifier.create(
                            gateway.frameStream().filter(frame -> frame.type().equals("hello")))
                    .expectNextCount(1)
                    .thenCancel()
                    .verify(PATIENCE);
            int requests = gateway.requests().size();
            int frames = gateway.frames().size();

            clock.addAndGet(LEASE);

            // It may be told that the frame was handed over to the connection; this is where it ends.
            runtime.connection()
                    .sendWs(Map.of("type", "stale"))
                    .onErrorComplete()
                    .block(PATIENCE);
            StepVerifier.create(runtime.getStatus()).expectError().verify(PATIENCE);
            runtime.close().block(PATIENCE);
            // Its end without a close frame is the last that the gateway hears of it.
            gateway.close().block(PATIENCE);
            assertThat(gateway.requests()).hasSize(requests);
            assertThat(gateway.frames()).hasSize(frames).noneMatch(f -> f.kind() == RecordedFrame.Kind.CLOSE);
        }

        @Test
        void whatIsOpenIsClosedWhenTheLeaseIsEnded() {
            runtime.connect().block(PATIENCE);

            lease.end();

            StepVerifier.create(runtime.state().filter(state -> state.name().equals("reconnecting")))
                    .expectNextCount(1)
                    .thenCancel()
                    .verify(PATIENCE);
            runtime.close().block(PATIENCE);
            gateway.close().block(PATIENCE);
        }
    }
}
