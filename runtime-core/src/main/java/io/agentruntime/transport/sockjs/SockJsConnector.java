package io.agentruntime.transport.sockjs;

import io.agentruntime.error.HttpStatusException;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.HttpOptions;
import io.agentruntime.http.HttpReply;
import io.agentruntime.http.ReactorHttpExchange;
import io.agentruntime.http.StreamingExchange;
import io.agentruntime.net.NetOptions;
import io.agentruntime.net.RetryAfter;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import io.agentruntime.transport.WebSocketConnector;
import io.agentruntime.transport.WebSocketOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Opens pipes as SockJS sessions, over the first of the transports that opens in time. It remembers what {@code /info} said
 * about the last base address, for a while the transport that opened there, and the cookies of balancers; connections belong to the pipes, so there is nothing to close.
 *
 * <pre>{@code
 * PipeConnector sockJs = SockJsConnector.of(NetOptions.defaults(), SockJsOptions.defaults(), WebSocketOptions.defaults());
 * sockJs.connect(PipeRequest.to(SecretUri.of("https://host/echo")), listener)
 * }</pre>
 *
 * <p>What differs from a pipe over a WebSocket, for SockJS has no more:
 *
 * <ul>
 *   <li>Text only: a binary message fails with {@link io.agentruntime.error.EncodeException}. There is no subprotocol.
 *   <li>{@link Pipe#send} over HTTP completes when the {@code POST} with the message has begun. When its answer is lost
 *       nobody knows what became of the messages in it, so the pipe ends with {@link
 *       io.agentruntime.error.OutcomeUnknownException}; it is not sent again.
 *   <li>{@link Pipe#ping()} over HTTP sends a request without messages, whose answer is the sign of life. Apart from that
 *       the receiving answer is watched: see {@link SockJsOptions#receiveTimeout()}.
 *   <li>{@link Pipe#close} over HTTP waits for the {@code POST} under way and aborts the receiving answer, by which the
 *       server learns of it. Code and reason stay on this side.
 *   <li>While {@link Pipe#reading} is off, over HTTP, messages are held up to {@link WebSocketOptions#windowBytes()}. From then
 *       on the server waits for 5 s, and gives the session up.
 * </ul>
 *
 * <p>The end of a pipe has the code of the server's frame {@code c} where there was one.
 */
public final class SockJsConnector implements PipeConnector {

    /** A session uses two connections: one to receive, one to send. One may be closing while the next one opens. */
    private static final int MAX_CONNECTIONS = 4;

    private final Means means;
    private final CookieJar cookies = new CookieJar();
    private final AtomicReference<@Nullable Known> known = new AtomicReference<>();

    /**
     * What is known of an address.
     *
     * @param detour the transport that opened, when those before it in the order did not
     * @param until when they are to be tried again
     */
    private record Known(
            String address, Info info, @Nullable SockJsTransport detour, long until) {

        /**
         * The transport that an attempt began with says nothing new about those before it.
         *
         * @param begun that transport, when it was not the first one
         */
        Known opened(@Nullable SockJsTransport begun, SockJsTransport transport, boolean first, long forgetAt) {
            if (transport == begun) {
                return this;
            }
            return new Known(address, info, first ? null : transport, forgetAt);
        }
    }

    private SockJsConnector(Means means) {
        SessionIds.prepare();
        this.means = means;
    }

    /** A connector whose timers and pipes run on {@link Schedulers#parallel()}. */
    public static SockJsConnector of(NetOptions net, SockJsOptions options, WebSocketOptions limits) {
        return of(net, options, limits, Schedulers.parallel());
    }

    /**
     * A connector over Reactor Netty.
     *
     * @param net how connections reach their server
     * @param options how sessions are carried
     * @param limits the limits of messages, of the queue, and of a WebSocket
     * @param timers where limits are kept, and what pipes over HTTP run on
     */
    public static SockJsConnector of(NetOptions net, SockJsOptions options, WebSocketOptions limits, Scheduler timers) {
        HttpOptions http = HttpOptions.builder().maxConnections(MAX_CONNECTIONS).build();
        return new SockJsConnector(new Means(
                () -> {
                    ReactorHttpExchange exchange = ReactorHttpExchange.create(net, http, timers);
                    return new HttpLink(exchange, exchange, exchange.close());
                },
                webSocket -> WebSocketConnector.of(net, webSocket, timers),
                options,
                limits,
                timers));
    }

    /**
     * A connector over other means than a network, for tests.
     *
     * @param http for requests whose answers are read whole
     * @param streaming for requests whose answers are read as they come
     * @param sockets opens WebSockets with given limits
     */
    public static SockJsConnector over(
            HttpExchange http,
            StreamingExchange streaming,
            Function<WebSocketOptions, PipeConnector> sockets,
            SockJsOptions options,
            WebSocketOptions limits,
            Scheduler timers) {
        HttpLink link = new HttpLink(http, streaming, Mono.empty());
        return new SockJsConnector(new Means(() -> link, sockets, options, limits, timers));
    }

    /** What a connector works with. */
    record Means(
            Supplier<HttpLink> http,
            Function<WebSocketOptions, PipeConnector> webSockets,
            SockJsOptions options,
            WebSocketOptions limits,
            Scheduler timers) {

        /** The connections of a new session. */
        HttpLink links() {
            return http.get();
        }

        PipeConnector sockets(Duration handshakeTimeout, int maxMessageBytes) {
            return webSockets.apply(new WebSocketOptions(
                    handshakeTimeout,
                    maxMessageBytes,
                    limits.compression(),
                    limits.windowBytes(),
                    limits.maxQueuedBytes()));
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>The target is the service's base address, {@code http} or {@code https}; its query goes with every request. So do the
     * headers. First {@code /info} is asked, unless the answer is known, then the transports are tried, each with a limit of
     * its own: the one that is remembered, then the others in their order. When none opens, the error is that of the last one, those of the others suppressed in it; an HTTP status is an
     * {@link HttpStatusException}, or a {@link io.agentruntime.error.HandshakeException} from a WebSocket.
     *
     * <p>The pipe is emitted on its own thread, before the listener gets the first message.
     */
    @Override
    public Mono<Pipe> connect(PipeRequest request, PipeListener listener) {
        return Mono.defer(() -> {
            Requests requests = new Requests(SockJsAddress.of(request.target()), request.headers(), cookies);
            return info(requests).flatMap(info -> open(requests, info, request, listener));
        });
    }

    private Mono<Pipe> open(Requests requests, Info info, PipeRequest request, PipeListener listener) {
        SockJsTransport begun = detour(requests);
        return new Opening(means, redirected(requests, info), request, listener, info)
                .open(begun, (transport, first) -> remember(requests, begun, transport, first))
                .doOnError(error -> known.set(null));
    }

    private @Nullable SockJsTransport detour(Requests requests) {
        Known last = known.get();
        return last != null && last.address().equals(requests.address().toString()) && now() - last.until() < 0
                ? last.detour()
                : null;
    }

    private void remember(
            Requests requests, @Nullable SockJsTransport begun, SockJsTransport transport, boolean first) {
        String address = requests.address().toString();
        long until = now() + means.options().rememberFor().toNanos();
        known.updateAndGet(last ->
                last != null && last.address().equals(address) ? last.opened(begun, transport, first, until) : last);
    }

    private static Requests redirected(Requests requests, Info info) {
        String base = info.baseUrl();
        SockJsAddress other = base == null ? null : requests.address().at(base);
        return other == null ? requests : requests.at(other);
    }

    // --- /info

    private Mono<Info> info(Requests requests) {
        if (means.options().transports().equals(List.of(SockJsTransport.RAW_WEBSOCKET))) {
            return Mono.just(Info.UNKNOWN);
        }
        String address = requests.address().toString();
        Known last = known.get();
        return last != null && last.address().equals(address)
                ? Mono.just(last.info())
                : askInfo(requests).doOnNext(info -> known.set(new Known(address, info, null, 0)));
    }

    private Mono<Info> askInfo(Requests requests) {
        return Mono.defer(() -> {
            long asked = now();
            return Mono.usingWhen(
                    Mono.fromSupplier(means::links),
                    link -> requests.info(link, means.options().infoTimeout())
                            .map(reply -> read(requests, reply, Duration.ofNanos(now() - asked))),
                    HttpLink::close);
        });
    }

    private long now() {
        return means.timers().now(TimeUnit.NANOSECONDS);
    }

    private Info read(Requests requests, HttpReply reply, Duration roundTrip) {
        if (reply.status() == 200) {
            return Info.read(reply, roundTrip);
        }
        Instant now = Instant.ofEpochMilli(means.timers().now(TimeUnit.MILLISECONDS));
        Duration retryAfter =
                RetryAfter.parse(reply.header("retry-after").orElse(null), now).orElse(null);
        throw HttpStatusException.of(
                reply.status(), "GET", requests.address().http("/info").getRawPath(), null, null, retryAfter);
    }
}
