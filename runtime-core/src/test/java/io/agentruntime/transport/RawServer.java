package io.agentruntime.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** A server that does what a script says once it has read the head of a request, byte by byte if need be. */
final class RawServer implements AutoCloseable {

    /** One connection of a client. */
    static final class Peer {

        private final Channel channel;
        private final Sinks.Many<String> inbound = Sinks.many().replay().all();

        Peer(Channel channel) {
            this.channel = channel;
        }

        void write(String text) {
            channel.writeAndFlush(Unpooled.copiedBuffer(text, ISO_8859_1));
        }

        void frame(int firstByte, byte[] payload) {
            ByteBuf frame = Unpooled.buffer().writeByte(firstByte);
            if (payload.length < 126) {
                frame.writeByte(payload.length);
            } else if (payload.length < 65_536) {
                frame.writeByte(126).writeShort(payload.length);
            } else {
                frame.writeByte(127).writeLong(payload.length);
            }
            channel.writeAndFlush(frame.writeBytes(payload));
        }

        void frame(int firstByte, String payload) {
            frame(firstByte, payload.getBytes(UTF_8));
        }

        void close() {
            channel.close();
        }

        /** Unmasked frames of the client, as hexadecimal opcode and text; completes when it has closed the connection. */
        Flux<String> inbound() {
            return inbound.asFlux();
        }
    }

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Sinks.Many<Peer> peers = Sinks.many().replay().all();
    private final Channel listening;

    RawServer(BiConsumer<Peer, String> script) {
        listening = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        Peer peer = new Peer(channel);
                        channel.pipeline().addLast(new Reader(peer, script));
                        peers.tryEmitNext(peer);
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    Flux<Peer> peers() {
        return peers.asFlux();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** The answer that accepts an upgrade. */
    static String switching(String request, String... headers) {
        Matcher key = Pattern.compile("(?i)sec-websocket-key: (\\S+)").matcher(request);
        if (!key.find()) {
            throw new IllegalStateException("No upgrade: " + request);
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key.group(1) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(ISO_8859_1));
            StringBuilder answer = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n")
                    .append("Connection: Upgrade\r\nSec-WebSocket-Accept: ")
                    .append(Base64.getEncoder().encodeToString(digest))
                    .append("\r\n");
            for (String header : headers) {
                answer.append(header).append("\r\n");
            }
            return answer.append("\r\n").toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Reader extends SimpleChannelInboundHandler<ByteBuf> {

        private final Peer peer;
        private final BiConsumer<Peer, String> script;
        private final ByteBuf pending = Unpooled.buffer();
        private boolean upgraded;

        Reader(Peer peer, BiConsumer<Peer, String> script) {
            this.peer = peer;
            this.script = script;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
            pending.writeBytes(message);
            if (!upgraded) {
                String head = pending.toString(ISO_8859_1);
                if (head.contains("\r\n\r\n")) {
                    upgraded = true;
                    pending.clear();
                    script.accept(peer, head);
                }
                return;
            }
            while (readFrame()) {}
        }

        private boolean readFrame() {
            pending.markReaderIndex();
            if (pending.readableBytes() < 6) {
                return false;
            }
            int opcode = pending.readUnsignedByte() & 15;
            int length = pending.readUnsignedByte() & 127;
            if (length == 126) {
                length = pending.readUnsignedShort();
            }
            if (pending.readableBytes() < length + 4) {
                pending.resetReaderIndex();
                return false;
            }
            byte[] mask = new byte[4];
            pending.readBytes(mask);
            byte[] payload = new byte[length];
            pending.readBytes(payload);
            for (int i = 0; i < length; i++) {
                payload[i] ^= mask[i % 4];
            }
            String text = opcode == 8 && length >= 2
                    ? (((payload[0] & 255) << 8) | (payload[1] & 255)) + new String(payload, 2, length - 2, UTF_8)
                    : new String(payload, UTF_8);
            peer.inbound.tryEmitNext(Integer.toHexString(opcode) + ":" + text);
            return true;
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            peer.inbound.tryEmitComplete();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
