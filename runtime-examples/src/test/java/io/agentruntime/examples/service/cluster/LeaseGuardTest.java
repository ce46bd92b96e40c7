package io.agentruntime.examples.service.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.testkit.EmbeddedGateway;
import io.agentruntime.testkit.GatewayAgent;
import io.agentruntime.testkit.RecordedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
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
            assertThat((ByteBuf) channel.readOutbound()).satisfies(ByteBuf::release);
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
