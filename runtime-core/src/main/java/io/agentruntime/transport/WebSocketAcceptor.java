package io.agentruntime.transport;

import io.netty.channel.Channel;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.FutureMono;
import reactor.netty.http.websocket.WebsocketInbound;
import reactor.netty.http.websocket.WebsocketOutbound;

/** The server's side: turns a WebSocket that Reactor Netty's server has accepted into a {@link Pipe}. */
public final class WebSocketAcceptor {

    private WebSocketAcceptor() {}

    /**
     * To be returned from the handler of {@code HttpServerRoutes.ws} or {@code HttpServerResponse.sendWebsocket}:
     *
     * <pre>{@code
     * routes.ws("/ws", (in, out) -> WebSocketAcceptor.accept(in, out, options, timers, pipe -> new Echo(pipe)),
     *         WebsocketServerSpec.builder().maxFramePayloadLength(options.maxMessageBytes()).build());
     * }</pre>
     *
     * <p>Takes the connection over when it is called, which has to be in that handler, on the event loop; {@code in} and
     * {@code out} are not to be used any more. Pings are answered and the close frame echoed by the pipe.
     *
     * @param options limits; the largest frame and compression are the server's own to set, in its {@code
     *     WebsocketServerSpec}
     * @param timers runs the limit of closing
     * @param listener makes the listener of the new pipe; called at once. It may send already, but not yet block or wait
     * @return completes when the connection is closed; never fails. The server would close the connection in its own way
     *     if this completed earlier
     */
    public static Mono<Void> accept(
            WebsocketInbound in,
            WebsocketOutbound out,
            WebSocketOptions options,
            Scheduler timers,
            Function<? super Pipe, ? extends PipeListener> listener) {
        AtomicReference<Channel> channel = new AtomicReference<>();
        in.withConnection(connection -> channel.set(connection.channel()));
        Channel accepted = Objects.requireNonNull(channel.get());
        String subprotocol = out.selectedSubprotocol();
        WebSocketPipe.install(accepted, subprotocol == null ? "" : subprotocol, options, timers, listener);
        return FutureMono.from(accepted.closeFuture()).onErrorComplete();
    }
}
