package io.agentruntime.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import org.junit.jupiter.api.Test;
import reactor.netty.NettyPipeline;

class HeapContentTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();

    private void install() {
        channel.pipeline().addFirst(NettyPipeline.HttpCodec, new ChannelInboundHandlerAdapter());
        HeapContent.install(channel);
    }

    @Test
    void bodiesMoveToTheHeapAndTheirBuffersAreReleased() {
        install();
        ByteBuf pooled = PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes("{}".getBytes(UTF_8));
        channel.writeInbound(new DefaultHttpContent(pooled));

        HttpContent content = channel.readInbound();
        assertThat(pooled.refCnt()).isZero();
        assertThat(content.content().isDirect()).isFalse();
        assertThat(content.content().toString(UTF_8)).isEqualTo("{}");
        content.release();
    }

    @Test
    void everythingElsePassesAsItIs() {
        install();
        DefaultHttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        channel.writeInbound(head, LastHttpContent.EMPTY_LAST_CONTENT);

        assertThat(channel.<Object>readInbound()).isSameAs(head);
        assertThat(channel.<Object>readInbound()).isSameAs(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    @Test
    void aConnectionThatWasUsedBeforeHasItOnce() {
        install();
        int handlers = channel.pipeline().names().size();
        HeapContent.install(channel);

        assertThat(channel.pipeline().names()).hasSize(handlers);
    }
}
