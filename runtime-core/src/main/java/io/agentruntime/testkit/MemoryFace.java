package io.agentruntime.testkit;

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
import io.agentruntime.testkit.Outcome.Answer;
import io.agentruntime.transport.InMemoryPipe;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import io.agentruntime.transport.WebSocketOptions;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** The gateway in memory: an {@link HttpExchange} and {@link PipeConnector}s that end at the core. */
final class MemoryFace implements Face, HttpExchange {

    private final GatewayCore core;

    /** Completes when the present run of the gateway is over; {@code null} while it is stopped. */
    private volatile Sinks.@Nullable Empty<Void> run = Sinks.empty();

    MemoryFace(GatewayCore core) {
        this.core = core;
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

    @Override
    public Mono<HttpReply> exchange(HttpCall call) {
        return Mono.defer(() -> {
            Sinks.Empty<Void> present = run;
            if (present == null) {
                return Mono.error(refused(call.uri()));
            }
            HttpInput input =
                    HttpInput.of(call.method(), pathAndQuery(call.uri()), header(call, "authorization"), body(call));
            return core.http(input)
                    .takeUntilOther(present.asMono())
                    .publishOn(core.scheduler)
                    .flatMap(outcome -> reply(call, outcome))
                    .switchIfEmpty(Mono.error(() -> broken(call)))
                    .timeout(call.limit(), core.scheduler)
                    .onErrorMap(TimeoutException.class, e -> late(call));
        });
    }

    private static byte[] body(HttpCall call) {
        byte[] body = call.body();
        return body == null ? new byte[0] : body;
    }

    private static Mono<HttpReply> reply(HttpCall call, Outcome outcome) {
        if (!(outcome instanceof Answer answer)) {
            return Mono.empty();
        }
        if (answer.body().length > call.maxResponseBytes()) {
            return Mono.error(new ResponseTooLargeException(call.method(), call.path(), call.maxResponseBytes()));
        }
        Map<String, String> headers = new HashMap<>();
        headers.put("content-type", "application/json; charset=utf-8");
        answer.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        return Mono.just(new HttpReply(answer.status(), headers, answer.body()));
    }

    private static RuntimeException broken(HttpCall call) {
        Exception cause = new EOFException("the connection was closed before the answer");
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

    private static @Nullable String header(HttpCall call, String name) {
        return call.headers().entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
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
        Duration limit = options.handshakeTimeout();
        return core.upgrade(HttpInput.of("GET", pathAndQuery(uri), null, new byte[0]))
                .takeUntilOther(present.asMono())
                .publishOn(core.scheduler)
                .switchIfEmpty(Mono.just(new Upgrade.Drop()))
                .timeout(limit, core.scheduler)
                .onErrorMap(TimeoutException.class, e -> new TimeLimitException("WebSocket handshake", limit))
                .flatMap(verdict -> open(verdict, request, listener, options));
    }

    private Mono<Pipe> open(Upgrade verdict, PipeRequest request, PipeListener listener, WebSocketOptions options) {
        if (verdict instanceof Upgrade.Accept accepted) {
            return Mono.create(sink -> {
                InMemoryPipe pipe = MemorySocket.open(core, accepted.agentId(), options);
                sink.onCancel(() -> pipe.abort(new DisconnectedException("A WebSocket handshake")));
                // In this order, so that the welcome comes after the pipe, as over a network.
                sink.success(pipe);
                pipe.attach(listener);
            });
        }
        String target = request.target().target();
        return Mono.error(
                verdict instanceof Upgrade.Refuse refused
                        ? new HandshakeException(refused.status(), target, null)
                        : new ConnectFailedException(target, new EOFException("closed without an answer")));
    }

    private static String pathAndQuery(URI uri) {
        return uri.getRawQuery() == null ? uri.getRawPath() : uri.getRawPath() + "?" + uri.getRawQuery();
    }

    private static ConnectFailedException refused(URI uri) {
        return new ConnectFailedException(uri.getHost(), new ConnectException("the embedded gateway is stopped"));
    }
}
