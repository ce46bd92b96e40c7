package io.agentruntime.nookplot;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.RuntimeClosedException;
import io.agentruntime.http.ApiPath;
import io.agentruntime.http.JsonHttpClient;
import io.agentruntime.json.JsonPayload;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import tools.jackson.core.type.TypeReference;

/** The requests that users make. {@code disconnect()} ends those that run, also one that waits out a 429. */
final class UserRequests {

    private final JsonHttpClient http;
    private volatile Sinks.Empty<Void> stop = Sinks.empty();
    private volatile boolean closed;

    UserRequests(JsonHttpClient http) {
        this.http = http;
    }

    <T> Mono<T> request(String method, ApiPath path, @Nullable Object body, Class<T> type) {
        return untilStopped(http.request(method, path, body, type));
    }

    <T> Mono<T> request(String method, ApiPath path, @Nullable Object body, TypeReference<T> type) {
        return untilStopped(http.request(method, path, body, type));
    }

    /** As {@link #request}, for calls whose answer must not be empty or {@code null}: then a {@link DecodeException}. */
    <T> Mono<T> answer(String method, ApiPath path, @Nullable Object body, Class<T> type) {
        return request(method, path, body, type).switchIfEmpty(empty(method, path));
    }

    /** As {@link #request}, for calls whose answer must not be empty or {@code null}: then a {@link DecodeException}. */
    Mono<JsonPayload> answer(String method, ApiPath path) {
        return request(method, path, null).switchIfEmpty(empty(method, path));
    }

    private static <T> Mono<T> empty(String method, ApiPath path) {
        return Mono.error(
                () -> new DecodeException("answer to " + method + " " + path.path(), "it is empty", "", null));
    }

    Mono<JsonPayload> request(String method, ApiPath path, @Nullable Object body) {
        return untilStopped(http.request(method, path, body));
    }

    Mono<Void> send(String method, ApiPath path, @Nullable Object body) {
        return untilStopped(http.send(method, path, body));
    }

    private <T> Mono<T> untilStopped(Mono<T> request) {
        return Mono.defer(() -> {
            Mono<T> stopped = stop.asMono().then(Mono.never()); // before the look at closed: close() sets that first
            return closed ? Mono.error(new RuntimeClosedException()) : Mono.firstWithSignal(request, stopped);
        });
    }

    /**
     * Several requests that belong together, when their turn in a line has come. {@code disconnect()} ends those that run;
     * those that wait end when their turn comes, at once, and begin nothing.
     */
    <T> Mono<T> inTurn(BackgroundCalls line, Mono<T> requests) {
        return Mono.defer(() -> closed
                ? Mono.error(new RuntimeClosedException())
                : line.inTurn(Mono.firstWithSignal(stop.asMono().then(Mono.never()), requests)));
    }

    /** Whether a request has failed because this side has ended it. */
    static boolean isStopped(Throwable error) {
        return error instanceof DisconnectedException || error instanceof RuntimeClosedException;
    }

    /** Ends the requests that run. */
    void stop() {
        stop(new DisconnectedException("The request"));
    }

    /** Ends the requests that run and refuses later ones. */
    void close() {
        closed = true;
        stop(new RuntimeClosedException());
    }

    private void stop(RuntimeClientException error) {
        Sinks.Empty<Void> running;
        synchronized (this) { // two at once must not both end the same ones
            running = stop;
            stop = Sinks.empty();
        }
        running.tryEmitError(error);
    }
}
