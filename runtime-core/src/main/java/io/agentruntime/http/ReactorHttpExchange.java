package io.agentruntime.http;

import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.OutcomeUnknownException;
import io.agentruntime.error.ResponseTooLargeException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.net.NetOptions;
import io.agentruntime.net.SecretUri;
import io.agentruntime.net.WireSecrets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;

/**
 * HTTP/1.1 over Reactor Netty, through a bounded pool of its own, of which a streamed answer or body holds one connection as
 * long as it lasts. {@link #close()} frees the pool.
 */
public final class ReactorHttpExchange implements HttpExchange, StreamingExchange, UploadExchange {

    /** Goes ahead of what a reader makes of a stream, for the limit up to the head. */
    private static final Object HEAD = new Object();

    private static final String SET_COOKIE = HttpHeaderNames.SET_COOKIE.toString();

    private final HttpClient client;
    private final ConnectionProvider connections;
    private final Scheduler timer;

    private ReactorHttpExchange(HttpClient client, ConnectionProvider connections, Scheduler timer) {
        this.client = client;
        this.connections = connections;
        this.timer = timer;
    }

    /**
     * An exchange with a pool of its own; nothing is opened before the first call.
     *
     * @param net how connections reach their server
     * @param options the bounds of the pool
     * @param timer what time limits are measured on
     */
    public static ReactorHttpExchange create(NetOptions net, HttpOptions options, Scheduler timer) {
        ConnectionProvider connections = ConnectionProvider.builder("agent-runtime-http")
                .maxConnections(options.maxConnections())
                .pendingAcquireMaxCount(options.maxPendingRequests())
                .pendingAcquireTimeout(options.pendingTimeout())
                .maxIdleTime(options.maxIdleTime())
                .evictInBackground(options.maxIdleTime())
                .lifo()
                .build();
        return new ReactorHttpExchange(net.httpClient(connections), connections, timer);
    }

    /** Closes every connection, those in use too. Completes when the pool is gone; idempotent; never fails. */
    public Mono<Void> close() {
        return connections.disposeLater().onErrorComplete();
    }

    @Override
    public Mono<HttpReply> exchange(HttpCall call) {
        return whole(call, handedOver -> request(call, handedOver));
    }

    @Override
    public Mono<HttpReply> upload(HttpCall call, long length, Publisher<? extends ByteBuf> body) {
        return whole(
                call,
                handedOver -> client(call, handedOver)
                        .headers(headers -> headers.set(HttpHeaderNames.CONTENT_LENGTH, length))
                        .request(HttpMethod.valueOf(call.method()))
                        .uri(secrets(call).visibleUri())
                        .send(body));
    }

    private Mono<HttpReply> whole(HttpCall call, Function<AtomicBoolean, HttpClient.ResponseReceiver<?>> request) {
        return Mono.defer(() -> {
            AtomicBoolean handedOver = new AtomicBoolean();
            return request.apply(handedOver)
                    .response((response, content) -> AnswerBody.read(call, response, content)
                            .map(body -> new HttpReply(response.status().code(), headers(response), body)))
                    // There is always one. single() says otherwise, to nobody, where a cancel overtakes it.
                    .singleOrEmpty()
                    .timeout(
                            call.limit(),
                            Mono.error(() -> new TimeLimitException(call.toString(), call.limit())),
                            timer)
                    .onErrorMap(Exception.class, error -> translate(call, handedOver.get(), error));
        });
    }

    @Override
    @SuppressWarnings("unchecked") // All but the mark of the head is the reader's.
    public <T> Flux<T> stream(
            HttpCall call, Duration maxSilence, BiFunction<StreamHead, Flux<byte[]>, ? extends Publisher<T>> reader) {
        return Flux.defer(() -> {
            AtomicBoolean handedOver = new AtomicBoolean();
            AtomicBoolean arrived = new AtomicBoolean();
            return request(call, handedOver)
                    .response((response, content) -> Flux.<Object>concat(
                            Mono.just(HEAD),
                            reader.apply(
                                    new StreamHead(response.status().code(), headers(response)),
                                    chunks(call, maxSilence, content))))
                    .timeout(
                            Mono.delay(call.limit(), timer),
                            signal -> Mono.never(),
                            Mono.error(() -> new TimeLimitException(call.toString(), call.limit())))
                    .filter(signal -> signal != HEAD || !arrived.compareAndSet(false, true))
                    .onErrorMap(
                            Exception.class, error -> arrived.get() ? error : translate(call, handedOver.get(), error))
                    .map(element -> (T) element);
        });
    }

    private Flux<byte[]> chunks(HttpCall call, Duration maxSilence, Flux<ByteBuf> content) {
        // Without a copy: HeapContent has made one.
        return content.filter(ByteBuf::isReadable)
                .map(chunk -> ByteBufUtil.getBytes(chunk, chunk.readerIndex(), chunk.readableBytes(), false))
                .transform(chunks -> IdleLimit.of(call, maxSilence, timer, chunks))
                .onErrorMap(
                        error -> !(error instanceof TimeLimitException),
                        error -> new ConnectionLostException(1006, "", error));
    }

    private HttpClient.ResponseReceiver<?> request(HttpCall call, AtomicBoolean handedOver) {
        return client(call, handedOver)
                .headers(headers -> contentLength(call, headers))
                .request(HttpMethod.valueOf(call.method()))
                .uri(secrets(call).visibleUri())
                .send(body(call));
    }

    private HttpClient client(HttpCall call, AtomicBoolean handedOver) {
        return secrets(call).applyTo(client).doOnRequest((request, connection) -> {
            handedOver.set(true);
            HeapContent.install(connection.channel());
        });
    }

    private static WireSecrets secrets(HttpCall call) {
        return WireSecrets.of(new SecretUri(call.uri()), call.headers());
    }

    private static Mono<ByteBuf> body(HttpCall call) {
        return call.body() == null ? Mono.empty() : Mono.fromSupplier(() -> Unpooled.wrappedBuffer(call.body()));
    }

    /** Without it Reactor Netty sends chunks. */
    private static void contentLength(HttpCall call, HttpHeaders headers) {
        if (call.body() != null) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, call.body().length);
        } else if (!isSafe(call) && !call.method().equals("DELETE")) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, 0);
        }
    }

    private static Map<String, String> headers(HttpClientResponse response) {
        Map<String, String> headers = new HashMap<>();
        response.responseHeaders()
                .forEach(header -> headers.merge(
                        header.getKey().toLowerCase(Locale.ROOT),
                        header.getValue(),
                        (first, next) -> header.getKey().equalsIgnoreCase(SET_COOKIE) ? first + "\n" + next : first));
        return headers;
    }

    /**
     * What a failure means for the request. Once it was handed over to a connection it may have been written, in part or
     * in whole, and a server may act on what it reads before the connection breaks.
     */
    private static Throwable translate(HttpCall call, boolean handedOver, Exception error) {
        if (error instanceof ResponseTooLargeException) {
            return error;
        }
        boolean late = error instanceof TimeLimitException;
        if (!handedOver) {
            return late ? error : new ConnectFailedException(target(call.uri()), error);
        }
        if (!isSafe(call)) {
            return new OutcomeUnknownException(call.method(), call.path(), error);
        }
        return late ? error : new ConnectionLostException(1006, "", error);
    }

    private static boolean isSafe(HttpCall call) {
        return call.method().equals("GET") || call.method().equals("HEAD");
    }

    private static String target(URI uri) {
        return uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    }
}
