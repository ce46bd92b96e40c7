package io.agentruntime.transport;

import io.agentruntime.net.NetOptions;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * Opens pipes as WebSockets over Reactor Netty, each on a connection of its own. Holds nothing open itself, so there is
 * nothing to close.
 */
public final class WebSocketConnector implements PipeConnector {

    private final HttpClient client;
    private final WebSocketOptions options;
    private final Scheduler timers;

    private WebSocketConnector(NetOptions net, WebSocketOptions options, Scheduler timers) {
        this.client = net.httpClient(ConnectionProvider.newConnection());
        this.options = options;
        this.timers = timers;
    }

    /** A connector whose timers run on {@link Schedulers#parallel()}. */
    public static WebSocketConnector of(NetOptions net, WebSocketOptions options) {
        return of(net, options, Schedulers.parallel());
    }

    /** A connector whose timers (opening, closing) run on a scheduler of the caller's. */
    public static WebSocketConnector of(NetOptions net, WebSocketOptions options, Scheduler timers) {
        return new WebSocketConnector(net, options, timers);
    }

    /**
     * {@inheritDoc}
     *
     * <p>The pipe is emitted on its event loop, before the listener gets the first message. A server may choose one of
     * the offered subprotocols or none; with one that was not offered the attempt fails.
     */
    @Override
    public Mono<Pipe> connect(PipeRequest request, PipeListener listener) {
        return Mono.create(sink -> new WebSocketOpening(client, request, listener, options, timers, sink).start());
    }
}
