package io.agentruntime.http;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpContent;
import reactor.netty.NettyPipeline;

/**
 * Moves the bodies of answers from Netty's pooled buffers to the heap, right behind the codec.
 *
 * <p>Reactor Netty queues a body until somebody reads it, and when a request is cancelled at the moment its answer
 * arrives, the queue may be forgotten (issues 3683 and 3780 of Reactor Netty, open with 1.3.7). What is on the heap the
 * garbage collector finds; a pooled buffer would be lost for good.
 */
@ChannelHandler.Sharable
final class HeapContent extends ChannelInboundHandlerAdapter {

    // Reactor Netty adds handlers of its own behind the last one with its prefix.
    private static final String HANDLER = NettyPipeline.LEFT + "agentRuntimeHeapContent";
    private static final HeapContent INSTANCE = new HeapContent();

    private HeapContent() {}

    /** For the answers to come; a connection that has been used before has it already. */
    static void install(Channel channel) {
        ChannelPipeline pipeline = channel.pipeline();
        if (pipeline.get(HANDLER) == null) {
            pipeline.addAfter(NettyPipeline.HttpCodec, HANDLER, INSTANCE);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpContent content && content.content().isReadable()) {
            HttpContent copy;
            try {
                copy = content.replace(Unpooled.wrappedBuffer(ByteBufUtil.getBytes(content.content())));
            } finally {
                content.release();
            }
            ctx.fireChannelRead(copy);
        } else {
            ctx.fireChannelRead(message);
        }
    }
}
