package io.agentruntime.examples.bench.load;

import io.agentruntime.examples.bench.Parent;
import io.agentruntime.examples.bench.Report;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.net.InetSocketAddress;
import java.util.function.Supplier;

/** A WebSocket server with one thread and nothing that would slow it down, in a process of its own. */
public final class LoadServer {

    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 * 1024, 512 * 1024);

    private LoadServer() {}

    /**
     * Listens, reports {@code listening} with the port, and serves until the parent ends.
     *
     * @param path where WebSockets are taken; requests of other paths go to the handler
     * @param bytes the size of an event, for the report
     * @param handlers makes the handler of each connection
     */
    public static void run(String path, double bytes, Supplier<ChannelHandler> handlers) throws InterruptedException {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        Channel server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpObjectAggregator(64 * 1024))
                                .addLast(new WebSocketServerProtocolHandler(path, true))
                                .addLast(handlers.get());
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
        Report.of("listening")
                .with("port", ((InetSocketAddress) server.localAddress()).getPort())
                .with("bytes", Math.round(bytes))
                .send();
        Parent.obey(line -> {});
    }
}
