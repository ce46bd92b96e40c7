package io.agentruntime.support;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network as bad as one likes, before a server on the loopback: it splits what it carries anywhere, delays it, and cuts
 * connections in the middle of a byte stream. What it does follows from a seed.
 */
public final class RoughProxy implements AutoCloseable {

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final Random random;
    private final Channel listening;
    private volatile int largestPiece = Integer.MAX_VALUE;
    private volatile long latencyMicros;
    private volatile long jitterMicros;
    private volatile long cutAfter = Long.MAX_VALUE;
    private volatile boolean silent;

    public RoughProxy(int target, long seed) {
        this.random = new Random(seed);
        this.listening = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                // What comes in waits until the way on is open.
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel front) {
                        connections.incrementAndGet();
                        connect(front, target);
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** How many connections there have been. */
    public int connections() {
        return connections.get();
    }

    /** How many ends of connections are open, two a connection. */
    public int open() {
        return channels.size();
    }

    /** From now on pieces of 1 to so many bytes go out on their own. */
    public RoughProxy split(int largest) {
        largestPiece = largest;
        return this;
    }

    /** From now on each piece takes so long, and up to so much longer. */
    public RoughProxy delay(Duration latency, Duration jitter) {
        latencyMicros = latency.toNanos() / 1000;
        jitterMicros = jitter.toNanos() / 1000;
        return this;
    }

    /** Cuts every connection once so many more bytes have been carried, both ways together. */
    public RoughProxy cutAfter(long bytes) {
        cutAfter = bytes;
        return this;
    }

    /** While on, nothing is carried, and the connections stay. */
    public RoughProxy silent(boolean on) {
        silent = on;
        return this;
    }

    /** Cuts every connection that is open. */
    public void cutAll() {
        channels.forEach(Channel::close);
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private void connect(Channel front, int target) {
        new Bootstrap()
                .group(front.eventLoop())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.AUTO_READ, false)
                .handler(new ChannelInboundHandlerAdapter())
                .connect("127.0.0.1", target)
                .addListener((ChannelFutureListener) connected -> {
                    Channel back = connected.channel();
                    if (!connected.isSuccess()) {
                        front.close();
                        return;
                    }
                    join(front, back);
                    join(back, front);
                });
    }

    private void join(Channel from, Channel to) {
        channels.add(from);
        from.closeFuture().addListener(closed -> channels.remove(from));
        from.pipeline().addLast(new Way(to));
        from.config().setAutoRead(true);
    }

    /** One direction of one connection. */
    private final class Way extends ChannelInboundHandlerAdapter {

        private final Channel to;
        private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();
        private boolean underWay;
        private boolean over;

        Way(Channel to) {
            this.to = to;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            // On the heap: nothing leaks when the proxy is closed in the middle of it.
            waiting.add(Unpooled.wrappedBuffer(ByteBufUtil.getBytes(bytes)));
            bytes.release();
            proceed();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            over = true;
            proceed();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }

        private void proceed() {
            if (!to.isActive()) {
                waiting.clear();
            }
            if (underWay) {
                return;
            }
            if (waiting.isEmpty()) {
                if (over) {
                    to.close();
                }
                return;
            }
            underWay = true;
            long micros = latencyMicros + (jitterMicros == 0 ? 0 : random.nextLong(jitterMicros));
            if (micros == 0) {
                to.eventLoop().execute(this::carry);
            } else {
                to.eventLoop().schedule(this::carry, micros, TimeUnit.MICROSECONDS);
            }
        }

        private void carry() {
            underWay = false;
            ByteBuf first = waiting.peek();
            if (silent) {
                return;
            }
            if (first == null) {
                proceed();
                return;
            }
            int length = Math.min(first.readableBytes(), 1 + random.nextInt(largestPiece));
            long left = cutAfter;
            if (left != Long.MAX_VALUE) {
                cutAfter = Math.max(0, left - length);
                length = (int) Math.min(length, left);
            }
            to.writeAndFlush(first.readRetainedSlice(length));
            if (!first.isReadable()) {
                waiting.remove();
            }
            if (left <= length) {
                cutAfter = Long.MAX_VALUE;
                cutAll();
            }
            proceed();
        }
    }
}
