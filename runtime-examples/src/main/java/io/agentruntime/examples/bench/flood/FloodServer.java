package io.agentruntime.examples.bench.flood;

import static io.netty.handler.codec.http.HttpResponseStatus.CREATED;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import io.agentruntime.examples.bench.Parent;
import io.agentruntime.examples.bench.Report;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * As much of a gateway as a client needs to connect, and as fast a sender as there can be: a round is the frames of {@link
 * Events}, written as they are, as much at once as the socket takes.
 */
final class FloodServer {

    /** A client frame of this type starts a round; with {@code "end":true} a last event marks its end. */
    static final String START_TYPE = "flood.start";

    private static final int EVENTS_A_WRITE = 256;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 * 1024, 512 * 1024);

    private FloodServer() {}

    /** Arguments: how many events a round has. */
    public static void main(String[] args) throws InterruptedException {
        int messages = Integer.parseInt(args[0]);
        Events events = new Events();
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
                                .addLast(new WebSocketServerProtocolHandler("/ws/runtime", true))
                                .addLast(new Connection(events, messages));
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
        Report.of("listening")
                .with("port", ((InetSocketAddress) server.localAddress()).getPort())
                .with("bytes", Math.round(events.averageSize()))
                .send();
        Parent.obey(line -> {});
    }

    private static final class Connection extends SimpleChannelInboundHandler<Object> {

        private final Events events;
        private final int messages;
        private int sent;
        private long checksum;
        private boolean sending;
        private boolean endWanted;

        private Connection(Events events, int messages) {
            this.events = events;
            this.messages = messages;
            this.sent = messages;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof HandshakeComplete) {
                ctx.writeAndFlush(new TextWebSocketFrame(Events.WELCOME));
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, Object message) {
            if (message instanceof FullHttpRequest request) {
                answer(ctx, request);
            } else if (message instanceof TextWebSocketFrame frame) {
                String text = frame.text();
                if (text.contains(START_TYPE)) {
                    endWanted = text.contains("\"end\":true");
                    sent = 0;
                    checksum = 0;
                    send(ctx);
                } else if (text.contains("channel.subscribe")) {
                    ctx.writeAndFlush(new TextWebSocketFrame(
                            Events.event("channel.joined", "{\"channelId\":\"" + Events.CHANNEL + "\"}")));
                }
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            send(ctx);
        }

        /** Writes while the socket takes it; goes on when it takes more. */
        private void send(ChannelHandlerContext ctx) {
            if (sending || sent == messages) {
                return;
            }
            sending = true;
            while (sent < messages && ctx.channel().isWritable()) {
                int from = sent % Events.COUNT;
                int to = Math.min(Math.min(from + EVENTS_A_WRITE, Events.COUNT), from + messages - sent);
                for (int event = from; event < to; event++) {
                    checksum = Tally.add(checksum, events.contentHash(event));
                }
                sent += to - from;
                ctx.writeAndFlush(events.frames(from, to), ctx.voidPromise());
            }
            sending = false;
            if (sent == messages) {
                end(ctx);
            }
        }

        private void end(ChannelHandlerContext ctx) {
            if (endWanted) {
                ctx.writeAndFlush(new TextWebSocketFrame(Events.event(Events.END_TYPE, "{\"count\":" + sent + "}")));
            }
            Report.of("sent").with("count", sent).with("checksum", checksum).send();
        }

        private static void answer(ChannelHandlerContext ctx, FullHttpRequest request) {
            switch (request.uri()) {
                case "/v1/runtime/connect" ->
                    answer(
                            ctx,
                            CREATED,
                            "{\"sessionId\":\"session-1\",\"agentId\":\"agent-1\",\"address\":\"0x01\",\"connectedAt\":\"2026-02-01T12:00:00.000Z\"}");
                case "/v1/ws/ticket" -> answer(ctx, OK, "{\"ticket\":\"ticket-1\",\"expiresIn\":30}");
                case "/v1/runtime/disconnect" -> answer(ctx, OK, "{\"success\":true}");
                default -> answer(ctx, NOT_FOUND, "{\"error\":\"Not found\"}");
            }
        }

        private static void answer(ChannelHandlerContext ctx, HttpResponseStatus status, String json) {
            FullHttpResponse response = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(json, StandardCharsets.UTF_8));
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                    .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
            ctx.writeAndFlush(response);
        }
    }
}
