package io.agentruntime.examples.service.cluster;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.NettyInbound;
import reactor.netty.NettyOutbound;
import reactor.netty.tcp.TcpClient;
import reactor.netty.tcp.TcpServer;

/** The way of one process to the gateway: passes everything on and notes when something came from the process. */
final class Relay implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final TcpClient gateway;
    private final DisposableServer server;
    private final List<Way> ways = new CopyOnWriteArrayList<>();

    /** One connection. Times are nanoseconds. */
    private static final class Way {

        final long openedAt = System.nanoTime();
        volatile long lastByteAt = openedAt;
        volatile boolean closed;
    }

    Relay(int gatewayPort) {
        this.gateway = TcpClient.newConnection().host("127.0.0.1").port(gatewayPort);
        this.server =
                TcpServer.create().host("127.0.0.1").port(0).handle(this::relay).bindNow(LIMIT);
    }

    String url() {
        return "http://127.0.0.1:" + server.port();
    }

    private Publisher<Void> relay(NettyInbound in, NettyOutbound out) {
        Way way = new Way();
        ways.add(way);
        return gateway.connect().flatMap(upstream -> {
            Flux<ByteBuf> there = in.receive().retain().doOnNext(bytes -> way.lastByteAt = System.nanoTime());
            Flux<ByteBuf> back = upstream.inbound().receive().retain();
            return Mono.firstWithSignal(
                            upstream.outbound().send(there, bytes -> true).then(),
                            out.send(back, bytes -> true).then())
                    .onErrorComplete()
                    .doFinally(end -> {
                        way.closed = true;
                        upstream.dispose();
                        in.withConnection(Connection::dispose);
                    });
        });
    }

    /** How many connections that were opened before a moment have not been closed. */
    long openFromBefore(long nanoTime) {
        return ways.stream()
                .filter(way -> way.openedAt < nanoTime && !way.closed)
                .count();
    }

    /** On how many connections that were opened before a moment something came from the process after it. */
    long usedAgainAfter(long nanoTime) {
        return ways.stream()
                .filter(way -> way.openedAt < nanoTime && way.lastByteAt > nanoTime)
                .count();
    }

    @Override
    public void close() {
        server.disposeNow(LIMIT);
    }
}
