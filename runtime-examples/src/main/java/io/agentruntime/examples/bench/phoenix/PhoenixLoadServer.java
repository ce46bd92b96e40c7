package io.agentruntime.examples.bench.phoenix;

import io.agentruntime.examples.bench.load.Frames;
import io.agentruntime.examples.bench.load.LoadServer;
import io.agentruntime.examples.bench.load.RoundSender;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import org.jspecify.annotations.Nullable;

/** As much of a Phoenix server as one channel needs: joins, heartbeats, echoes, and a {@link RoundSender} of pushes. */
final class PhoenixLoadServer {

    private PhoenixLoadServer() {}

    /** Arguments: how many events a round has. */
    public static void main(String[] args) throws InterruptedException {
        int messages = Integer.parseInt(args[0]);
        LoadServer.run("/socket/websocket", frames("\"1\"").averageSize(), () -> new Connection(messages));
    }

    private static Frames frames(String joinRef) {
        ClientFrame join = new ClientFrame(joinRef, joinRef, "\"" + Shout.TOPIC + "\"", "phx_join", "{}");
        return new Frames(i -> join.push(Shout.EVENT, Shout.json(i)));
    }

    private static final class Connection extends SimpleChannelInboundHandler<TextWebSocketFrame> {

        private final int messages;
        private @Nullable RoundSender sender;

        private Connection(int messages) {
            this.messages = messages;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, TextWebSocketFrame message) {
            ClientFrame frame = ClientFrame.of(message.text());
            if (frame.event().equals("phx_join")) {
                sender = new RoundSender(frames(frame.joinRef()), messages, ended -> {});
            }
            ctx.write(new TextWebSocketFrame(frame.reply(frame.event().equals(Shout.ECHO) ? frame.payload() : "{}")));
            if (frame.event().equals(Shout.FLOOD) && sender != null) {
                sender.start(ctx);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (sender != null) {
                sender.proceed(ctx);
            }
        }
    }
}
