package io.agentruntime.nookplot;

import io.agentruntime.error.DecodeException;
import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.HttpReply;
import io.agentruntime.json.JsonCodec;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.Sinks.EmitResult;

/**
 * Knows which session was registered last, also when nobody waited for the answer any more. A registration that is on the
 * wire is not cut off: the gateway may act on it all the same, and only the answer tells which session is to be ended then.
 */
final class Registrations implements HttpExchange {

    static final String PATH = "/v1/runtime/connect";

    private final HttpExchange exchange;
    private final JsonCodec json;
    private final AtomicReference<Mono<String>> last = new AtomicReference<>(Mono.empty());
    private final Sinks.Empty<Void> closed = Sinks.empty();

    Registrations(HttpExchange exchange, JsonCodec json) {
        this.exchange = exchange;
        this.json = json;
    }

    /** Everything but a registration is passed on as it is. */
    @Override
    public Mono<HttpReply> exchange(HttpCall call) {
        return call.path().endsWith(PATH) ? Mono.defer(() -> register(call)) : exchange.exchange(call);
    }

    private Mono<HttpReply> register(HttpCall call) {
        Sinks.One<String> sessionId = Sinks.one();
        Mono<String> before = Objects.requireNonNull(last.get());
        Mono<String> mine = sessionId.asMono().switchIfEmpty(before);
        last.set(mine);
        return exchange.exchange(call)
                .takeUntilOther(closed.asMono())
                .doOnSuccess(reply -> {
                    String id = reply == null ? null : sessionId(reply);
                    if (id != null) {
                        sessionId.tryEmitValue(id);
                    }
                })
                .doOnTerminate(() -> {
                    if (sessionId.tryEmitEmpty() == EmitResult.OK) {
                        last.compareAndSet(mine, before); // nothing came of it
                    }
                })
                .cache();
    }

    private @Nullable String sessionId(HttpReply reply) {
        try {
            return reply.status() / 100 == 2
                    ? json.payload("answer to POST " + PATH, reply.body()).string("sessionId")
                    : null;
        } catch (DecodeException unreadable) {
            return null; // whoever waits for the answer reports it
        }
    }

    /**
     * The id of the session that was registered last, as soon as the answer is here; empty when none came of it, or it was
     * taken before. Never fails.
     */
    Mono<String> takeLast() {
        return Mono.defer(() -> last.getAndSet(Mono.empty()));
    }

    /** Cuts off what is on the wire still. */
    void close() {
        closed.tryEmitEmpty();
    }
}
