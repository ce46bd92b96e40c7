package io.agentruntime.examples.bench.flood;

import static io.netty.handler.codec.http.HttpResponseStatus.CREATED;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import io.agentruntime.examples.bench.load.Frames;
import io.agentruntime.examples.bench.load.LoadServer;
import io.agentruntime.examples.bench.load.RoundSender;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;
import java.nio.charset.StandardCharsets;

/** As much of a gateway as a client needs to connect, and a {@link RoundSender}. */
final class FloodServer {

    /** A client frame of this type starts a round; with {@code "end":true} a last event marks its end. */
    static final String START_TYPE = "flood.start";

    private FloodServer() {}

    /** Arguments: how many events a round has. */
    public static void main(String[] args) throws InterruptedException {
        int messages = Integer.parseInt(args[0]);
        Frames events = Events.frames();
        LoadServer.run("/ws/runtime", events.averageSize(), () -> new Connection(events, messages));
    }

    private static final class Connection extends SimpleChannelInboundHandler<Object> {

        private final RoundSender sender;
        private boolean endWanted;

        private Connection(Frames events, int messages) {
            this.sender = new RoundSender(events, messages, ctx -> end(ctx, messages));
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
                    sender.start(ctx);
                } else if (text.contains("channel.subscribe")) {
                    ctx.writeAndFlush(new TextWebSocketFrame(
                            Events.event("channel.joined", "{\"channelId\":\"" + Events.CHANNEL + "\"}")));
                }
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            sender.proceed(ctx);
        }

        private void end(ChannelHandlerContext ctx, int sent) {
            if (endWanted) {
                ctx.writeAndFlush(new TextWebSocketFrame(Events.event(Events.END_TYPE, "{\"count\":" + sent + "}")));
            }
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
