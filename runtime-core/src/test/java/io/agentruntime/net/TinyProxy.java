package io.agentruntime.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A proxy for HTTP CONNECT and SOCKS 5 that connects every tunnel to one port of the loopback, whatever the name. */
final class TinyProxy implements AutoCloseable {

    /** What clients asked for: CONNECT heads, and for SOCKS the credentials and the target. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel listening;
    private final int target;
    private final boolean socks;

    TinyProxy(boolean socks, int target) {
        this.socks = socks;
        this.target = target;
        this.listening = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Front());
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class Front extends ChannelInboundHandlerAdapter {

        private int step;
        private @Nullable Channel back;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            if (back != null) {
                back.writeAndFlush(bytes);
                return;
            }
            // Each step of these handshakes fits a packet, over loopback.
            String text = bytes.toString(ISO_8859_1);
            bytes.release();
            if (!socks) {
                asked.add(text);
                tunnel(ctx.channel(), "HTTP/1.1 200 OK\r\n\r\n");
            } else if (step == 0) {
                step = 1;
                reply(ctx, "\u0005\u0002");
            } else if (step == 1) {
                step = 2;
                asked.add(text);
                reply(ctx, "\u0001\u0000");
            } else {
                asked.add(text);
                tunnel(ctx.channel(), "\u0005\u0000\u0000\u0001\u0000\u0000\u0000\u0000\u0000\u0000");
            }
        }

        private void reply(ChannelHandlerContext ctx, String text) {
            ctx.writeAndFlush(Unpooled.copiedBuffer(text, ISO_8859_1));
        }

        private void tunnel(Channel front, String done) {
            new Bootstrap()
                    .group(front.eventLoop())
                    .channel(NioSocketChannel.class)
                    .handler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext ctx, Object message) {
                            front.writeAndFlush(message);
                        }

                        @Override
                        public void channelInactive(ChannelHandlerContext ctx) {
                            front.close();
                        }
                    })
                    .connect("127.0.0.1", target)
                    .addListener((ChannelFutureListener) connected -> {
                        back = connected.channel();
                        front.writeAndFlush(Unpooled.copiedBuffer(done, ISO_8859_1));
                    });
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (back != null) {
                back.close();
            }
        }
    }
}
