package io.agentruntime.examples.bench.flood;

import io.agentruntime.examples.bench.load.Client;
import io.agentruntime.examples.bench.load.Tally;
import java.time.Duration;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.websocket.WebsocketInbound;
import reactor.netty.http.websocket.WebsocketOutbound;

/** Reactor Netty alone: counts frames and looks into none. What comes in faster than this comes in nowhere. */
final class RawClient implements Client {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Sinks.Many<String> starts = Sinks.many().unicast().onBackpressureBuffer();
    private final Sinks.Empty<Void> welcome = Sinks.empty();
    private Disposable connection = Disposables.disposed();
    private final int port;
    private volatile Tally round = new Tally(0);

    RawClient(int port) {
        this.port = port;
    }

    @Override
    public void open() {
        connection = HttpClient.newConnection()
                .websocket()
                .uri("ws://127.0.0.1:" + port + "/ws/runtime?ticket=ticket-1")
                .handle(this::handle)
                .subscribe(nothing -> {}, error -> error.printStackTrace(System.out));
        welcome.asMono().block(LIMIT);
    }

    private Mono<Void> handle(WebsocketInbound in, WebsocketOutbound out) {
        Flux<?> frames = in.receiveFrames().doOnNext(frame -> {
            welcome.tryEmitEmpty();
            round.event();
        });
        return Mono.when(frames.then(), out.sendString(starts.asFlux()));
    }

    @Override
    public void start(Tally next) {
        round = next;
        starts.emitNext("{\"type\":\"" + FloodServer.START_TYPE + "\"}", Sinks.EmitFailureHandler.FAIL_FAST);
    }

    @Override
    public boolean readsContent() {
        return false;
    }

    @Override
    public void close() {
        connection.dispose();
    }
}
