package io.agentruntime.testkit.server;

import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.OutcomeUnknownException;
import io.agentruntime.error.ResponseTooLargeException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.HttpReply;
import io.agentruntime.http.IdleLimit;
import io.agentruntime.http.StreamHead;
import io.agentruntime.http.StreamingExchange;
import io.agentruntime.testkit.server.HttpOutcome.Streamed;
import io.agentruntime.testkit.server.HttpOutcome.Torn;
import io.agentruntime.testkit.server.HttpOutcome.Whole;
import io.agentruntime.transport.InMemoryPipe;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import io.agentruntime.transport.WebSocketOptions;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** The server in memory: exchanges and {@link PipeConnector}s that end at the wire. */
final class MemoryFace implements Face, HttpExchange, StreamingExchange {

    private final Wire wire;

    /** Completes when the present run of the server is over; {@code null} while it is stopped. */
    private volatile Sinks.@Nullable Empty<Void> run = Sinks.empty();

    MemoryFace(Wire wire) {
        this.wire = wire;
    }

    @Override
    public String url() {
        return "http://gateway.test";
    }

    @Override
    public Mono<Void> start() {
        return Mono.fromRunnable(() -> run = Sinks.empty());
    }

    @Override
    public Mono<Void> stop() {
        return Mono.fromRunnable(() -> {
            Sinks.Empty<Void> over = run;
            run = null;
            if (over != null) {
                over.tryEmitEmpty();
            }
        });
    }

    // HTTP

    /** An answer as it comes in: any outcome but a hang-up has one. */
    private record Incoming(StreamHead head, Flux<byte[]> body) {}

    @Override
    public Mono<HttpReply> exchange(HttpCall call) {
        return Mono.defer(() -> arrive(call)
                .flatMap(incoming -> whole(call, incoming))
                .onErrorMap(EOFException.class, e -> broken(call, e))
                .timeout(call.limit(), wire.scheduler)
                .onErrorMap(TimeoutException.class, e -> late(call)));
    }

    @Override
    public <T> Flux<T> stream(
            HttpCall call, Duration maxSilence, BiFunction<StreamHead, Flux<byte[]>, ? extends Publisher<T>> reader) {
        return Flux.defer(() -> arrive(call)
                .timeout(call.limit(), wire.scheduler)
                .onErrorMap(TimeoutException.class, e -> late(call))
                .onErrorMap(EOFException.class, e -> broken(call, e))
                .flatMapMany(incoming -> reader.apply(
                        incoming.head(),
                        incoming.body()
                                .transform(chunks -> IdleLimit.of(call, maxSilence, wire.scheduler, chunks))
                                .onErrorMap(EOFException.class, e -> new ConnectionLostException(1006, "", e)))));
    }

    private Mono<Incoming> arrive(HttpCall call) {
        Sinks.Empty<Void> present = run;
        if (present == null) {
            return Mono.error(refused(call.uri()));
        }
        byte[] body = call.body();
        ServerRequest request = ServerRequest.of(
                call.method(), pathAndQuery(call.uri()), lowerCase(call.headers()), body == null ? new byte[0] : body);
        return wire.http(request)
                .takeUntilOther(present.asMono())
                .publishOn(wire.scheduler)
                .flatMap(outcome -> incoming(outcome, present))
                .switchIfEmpty(Mono.error(MemoryFace::eof));
    }

    private Mono<Incoming> incoming(HttpOutcome outcome, Sinks.Empty<Void> present) {
        if (outcome instanceof Whole whole) {
            HttpReply reply = whole.reply();
            return Mono.just(incoming(reply.status(), reply.headers(), Flux.just(reply.body())));
        }
        if (outcome instanceof Torn torn) {
            HttpReply reply = torn.reply();
            byte[] half = Arrays.copyOf(reply.body(), reply.body().length / 2);
            return Mono.just(
                    incoming(reply.status(), reply.headers(), Flux.just(half).concatWith(Mono.error(MemoryFace::eof))));
        }
        if (outcome instanceof Streamed streamed) {
            Flux<byte[]> body = streamed.body()
                    .onErrorMap(error -> eof())
                    .takeUntilOther(present.asMono())
                    .concatWith(Mono.defer(() -> run == present ? Mono.empty() : Mono.error(eof())))
                    .publishOn(wire.scheduler, 1);
            return Mono.just(incoming(streamed.status(), streamed.headers(), body));
        }
        return Mono.empty();
    }

    private static Incoming incoming(int status, Map<String, String> headers, Flux<byte[]> body) {
        return new Incoming(new StreamHead(status, lowerCase(headers)), body.filter(chunk -> chunk.length > 0));
    }

    private static Mono<HttpReply> whole(HttpCall call, Incoming incoming) {
        return incoming.body()
                .collect(ByteArrayOutputStream::new, (bytes, chunk) -> {
                    if (bytes.size() + chunk.length > call.maxResponseBytes()) {
                        throw new ResponseTooLargeException(call.method(), call.path(), call.maxResponseBytes());
                    }
                    bytes.writeBytes(chunk);
                })
                .map(bytes ->
                        new HttpReply(incoming.head().status(), incoming.head().headers(), bytes.toByteArray()));
    }

    private static EOFException eof() {
        return new EOFException("the connection was closed before the answer");
    }

    private static RuntimeException broken(HttpCall call, EOFException cause) {
        return isSafe(call)
                ? new ConnectionLostException(1006, "", cause)
                : new OutcomeUnknownException(call.method(), call.path(), cause);
    }

    private static RuntimeException late(HttpCall call) {
        TimeLimitException limit = new TimeLimitException(call.toString(), call.limit());
        return isSafe(call) ? limit : new OutcomeUnknownException(call.method(), call.path(), limit);
    }

    private static boolean isSafe(HttpCall call) {
        return call.method().equals("GET") || call.method().equals("HEAD");
    }

    private static Map<String, String> lowerCase(Map<String, String> headers) {
        Map<String, String> lowerCase = new HashMap<>();
        headers.forEach((name, value) -> lowerCase.put(name.toLowerCase(Locale.ROOT), value));
        return lowerCase;
    }

    // WebSocket

    /** A connector whose handshake limit and pipes follow these options. */
    PipeConnector connector(WebSocketOptions options) {
        return (request, listener) -> Mono.defer(() -> connect(request, listener, options));
    }

    private Mono<Pipe> connect(PipeRequest request, PipeListener listener, WebSocketOptions options) {
        URI uri = request.target().uri();
        Sinks.Empty<Void> present = run;
        if (present == null) {
            return Mono.error(refused(uri));
        }
        Map<String, String> headers = lowerCase(request.headers());
        headers.put("upgrade", "websocket");
        if (!request.subprotocols().isEmpty()) {
            headers.put("sec-websocket-protocol", String.join(", ", request.subprotocols()));
        }
        Duration limit = options.handshakeTimeout();
        return wire.handshake(ServerRequest.of("GET", pathAndQuery(uri), headers, new byte[0]))
                .takeUntilOther(present.asMono())
                .publishOn(wire.scheduler)
                .switchIfEmpty(Mono.just(new Handshake.Drop()))
                .timeout(limit, wire.scheduler)
                .onErrorMap(TimeoutException.class, e -> new TimeLimitException("WebSocket handshake", limit))
                .flatMap(verdict -> open(verdict, request, listener, options));
    }

    private Mono<Pipe> open(Handshake verdict, PipeRequest request, PipeListener listener, WebSocketOptions options) {
        if (verdict instanceof Handshake.Accept accepted) {
            return Mono.create(sink -> {
                InMemoryPipe pipe = MemorySocket.open(wire, accepted, options);
                sink.onCancel(() -> pipe.abort(new DisconnectedException("A WebSocket handshake")));
                // In this order, so that the first message comes after the pipe, as over a network.
                sink.success(pipe);
                pipe.attach(listener);
            });
        }
        String target = request.target().target();
        return Mono.error(
                verdict instanceof Handshake.Refuse refused
                        ? new HandshakeException(refused.status(), target, null)
                        : new ConnectFailedException(target, new EOFException("closed without an answer")));
    }

    private static String pathAndQuery(URI uri) {
        return uri.getRawQuery() == null ? uri.getRawPath() : uri.getRawPath() + "?" + uri.getRawQuery();
    }

    private static ConnectFailedException refused(URI uri) {
        return new ConnectFailedException(uri.getHost(), new ConnectException("the embedded server is stopped"));
    }
}
