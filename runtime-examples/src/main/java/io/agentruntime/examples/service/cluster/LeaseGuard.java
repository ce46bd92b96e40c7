package io.agentruntime.examples.service.cluster;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.function.UnaryOperator;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.netty.http.client.HttpClient;

/**
 * Stands between an agent's connections and the network, the last one before the socket: once the lease under which a
 * connection was opened is over, nothing leaves through it, and it is closed. That goes for HTTP requests, messages,
 * heartbeats, pings, close frames and for connecting itself, whoever asked for them and however long ago.
 *
 * <p>What had been handed to the operating system is out of reach, as is what is on its way through the network.
 */
final class LeaseGuard extends ChannelOutboundHandlerAdapter {

    private final Lease lease;
    private final Disposable.Swap closing = Disposables.swap();

    LeaseGuard(Lease lease) {
        this.lease = lease;
    }

    /**
     * Guards each connection that a client opens.
     *
     * @param lease what all of them are bound to
     */
    static UnaryOperator<HttpClient> on(Lease lease) {
        return client -> client.doOnChannelInit(
                (observer, channel, remote) -> channel.pipeline().addFirst(new LeaseGuard(lease)));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.channel().config().setMessageSizeEstimator(LeasedBytes.SIZES);
        closing.update(lease.ended().subscribe(done -> {}, error -> {}, () -> cutOff(ctx)));
    }

    /** Without a goodbye, and without what the operating system has not sent yet: it drops that when nobody lingers. */
    private static void cutOff(ChannelHandlerContext ctx) {
        try {
            ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        } catch (ChannelException closedMeanwhile) {
            // Then it has nothing any more.
        }
        ctx.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        closing.dispose();
    }

    @Override
    public void connect(ChannelHandlerContext ctx, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        if (lease.isHeld()) {
            ctx.connect(remote, local, promise);
        } else {
            promise.tryFailure(new ClosedChannelException());
            cutOff(ctx);
        }
    }

    /** What is written waits for the socket, which may have no room for it before the lease is over. */
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ctx.write(message instanceof ByteBuf bytes ? new LeasedBytes(lease, bytes) : message, promise);
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        if (lease.isHeld()) {
            ctx.flush();
        } else {
            cutOff(ctx);
        }
    }
}
