package io.agentruntime.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lookups over a name server that takes questions and never answers. */
@Timeout(60)
class LookupsOfLoopsTest {

    private final EventLoopGroup one = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoopGroup other = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private DatagramSocket server;

    @BeforeEach
    void serve() throws IOException {
        server = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        server.setSoTimeout(30_000);
    }

    @AfterEach
    void stop() throws InterruptedException {
        server.close();
        one.shutdownGracefully(0, 0, TimeUnit.SECONDS).await();
        other.shutdownGracefully(0, 0, TimeUnit.SECONDS).await();
    }

    private LookupsOfLoops lookups() {
        return new LookupsOfLoops(new DnsNameResolverBuilder()
                .datagramChannelType(NioDatagramChannel.class)
                .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
                .nameServerProvider(
                        new SingletonDnsServerAddressStreamProvider((InetSocketAddress) server.getLocalSocketAddress()))
                .queryTimeoutMillis(200));
    }

    private static Future<InetSocketAddress> resolve(LookupsOfLoops lookups, EventLoop loop) {
        return lookups.getResolver(loop).resolve(InetSocketAddress.createUnresolved("nobody.example.", 80));
    }

    @Test
    void aLoopThatIsShutDownOverALookupKeepsNoOtherWaiting() throws Exception {
        LookupsOfLoops lookups = lookups();
        EventLoop loop = one.next();
        // On the loop, so that it is shut down before its lookup has run out of time.
        Future<?> asked = loop.submit(() -> {
            resolve(lookups, loop);
            one.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        });
        asked.await();
        one.terminationFuture().await();
        server.receive(new DatagramPacket(new byte[512], 512)); // it has asked

        Future<InetSocketAddress> next = resolve(lookups, other.next());
        next.await();

        assertThat(next.cause()).isInstanceOf(UnknownHostException.class);
    }
}
