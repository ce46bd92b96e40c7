package io.agentruntime.net;

import io.agentruntime.error.InvalidOptionException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AttributeKey;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import reactor.netty.NettyPipeline;
import reactor.netty.http.client.HttpClient;

/**
 * The part of a request that nothing may print: the query, which may hold a ticket or token, and headers such as {@code
 * Authorization}.
 *
 * <p>Reactor Netty and Netty print addresses and headers at DEBUG and in some exceptions. So they are given an address
 * without its query and none of these headers; a handler right before the HTTP encoder puts both into a copy of the
 * request on its way to the wire. What they never had they cannot print, now or in a later version.
 *
 * <pre>{@code
 * WireSecrets secrets = WireSecrets.of(target, headers);
 * secrets.applyTo(client).get().uri(secrets.visibleUri()) ...
 * }</pre>
 */
public final class WireSecrets {

    // Reactor Netty adds handlers of its own behind the last one with its prefix: this one has to stay next to the
    // codec.
    private static final String HANDLER = NettyPipeline.LEFT + "agentRuntimeSecrets";
    private static final AttributeKey<WireSecrets> CURRENT = AttributeKey.valueOf("agentRuntimeSecrets");

    private final SecretUri target;
    private final HttpHeaders headers;

    private WireSecrets(SecretUri target, HttpHeaders headers) {
        this.target = target;
        this.headers = headers;
    }

    /**
     * The secrets of one request.
     *
     * @param target the whole address
     * @param headers headers to set on the wire, each replacing one of the same name
     * @throws InvalidOptionException when a header's name or value cannot be sent; it does not hold the value
     */
    public static WireSecrets of(SecretUri target, Map<String, String> headers) {
        HttpHeaders checked = new DefaultHttpHeaders();
        headers.forEach((name, value) -> {
            try {
                checked.set(name, value);
            } catch (IllegalArgumentException e) {
                throw new InvalidOptionException("headers", name, "must have names and values that HTTP can carry");
            }
        });
        return new WireSecrets(target, checked);
    }

    /** The address to give to the client: scheme, host, port and path. */
    public URI visibleUri() {
        URI uri = target.uri();
        if (uri.getScheme() == null || uri.getHost() == null) {
            throw new InvalidOptionException("address", target, "must have a scheme and a host");
        }
        try {
            URI visible = new URI(uri.getScheme(), null, uri.getHost(), uri.getPort(), null, null, null);
            // The raw path is kept apart: URI's constructor would quote its escapes once more.
            return URI.create(visible + (uri.getRawPath().isEmpty() ? "/" : uri.getRawPath()));
        } catch (URISyntaxException e) {
            throw new InvalidOptionException("address", target, "must have a scheme and a host");
        }
    }

    /** The client, putting these secrets into each of its requests: use the result for the one request they belong to. */
    public HttpClient applyTo(HttpClient client) {
        return client.doOnRequest((request, connection) -> {
            Channel channel = connection.channel();
            channel.attr(CURRENT).set(this);
            ChannelPipeline pipeline = channel.pipeline();
            if (pipeline.get(HANDLER) == null) {
                pipeline.addAfter(NettyPipeline.HttpCodec, HANDLER, SecretsHandler.INSTANCE);
            }
        });
    }

    private String requestTarget() {
        URI uri = target.uri();
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    /** A copy: the request itself stays known to the client, which prints it later. */
    private HttpRequest reveal(HttpRequest request) {
        HttpRequest copy = request instanceof FullHttpRequest full
                ? full.replace(full.content())
                : new DefaultHttpRequest(
                        request.protocolVersion(),
                        request.method(),
                        request.uri(),
                        request.headers().copy());
        copy.setUri(requestTarget());
        copy.headers().setAll(headers);
        return copy;
    }

    @Override
    public String toString() {
        return "WireSecrets[" + target + ", headers=" + headers.names() + "]";
    }

    @ChannelHandler.Sharable
    private static final class SecretsHandler extends ChannelOutboundHandlerAdapter {

        static final SecretsHandler INSTANCE = new SecretsHandler();

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            if (message instanceof HttpRequest request) {
                // Taken out: a pooled connection must not repeat one request's secrets in the next.
                WireSecrets secrets = ctx.channel().attr(CURRENT).getAndSet(null);
                ctx.write(secrets == null ? request : secrets.reveal(request), promise);
            } else {
                ctx.write(message, promise);
            }
        }
    }
}
