package io.agentruntime.nookplot;

import io.agentruntime.connection.ConnectionEngine;
import io.agentruntime.connection.ConnectionEvent;
import io.agentruntime.json.JsonPayload;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;

/** The connection itself, for what the managers do not cover: any HTTP endpoint, any frame, and what happens beneath. */
public final class GatewayConnection {

    private final UserRequests http;
    private final ConnectionEngine<NookplotSession> engine;
    private final Duration patience;

    GatewayConnection(UserRequests http, ConnectionEngine<NookplotSession> engine, Duration patience) {
        this.http = http;
        this.engine = engine;
        this.patience = patience;
    }

    /**
     * Makes one authenticated request; a 429 is waited out as documented (4 retries, 5, 10, 20, 40 s, never before {@code
     * Retry-After}). Works in every connection state but a closed one.
     *
     * @param path begins with {@code /}; see {@link io.agentruntime.http.ApiPath} for writing it
     * @param type what the answer is read as
     */
    public <T> Mono<T> request(String method, String path, Class<T> type) {
        return http.request(method, path, null, type);
    }

    /** Makes one authenticated request with a body, any value that Jackson can write. */
    public <T> Mono<T> request(String method, String path, @Nullable Object body, Class<T> type) {
        return http.request(method, path, body, type);
    }

    /** Makes one authenticated request and keeps the answer unread, with every field it came with. */
    public Mono<JsonPayload> request(String method, String path, @Nullable Object body) {
        return http.request(method, path, body);
    }

    /** Makes one authenticated request whose answer is of a generic type. */
    public <T> Mono<T> request(String method, String path, @Nullable Object body, TypeReference<T> type) {
        return http.request(method, path, body, type);
    }

    /**
     * Sends any JSON value over the socket. Completes when it was handed to the socket; the gateway confirms nothing.
     *
     * <p>Errors: {@link io.agentruntime.error.NotConnectedException} when there is no session (within {@code sendPatience},
     * by default at once); {@link io.agentruntime.error.OutboundOverflowException}; {@link
     * io.agentruntime.error.EncodeException}; {@link io.agentruntime.error.ConnectionLostException} when the session ends
     * first.
     */
    public Mono<Void> sendWs(Object message) {
        return engine.session(patience).flatMap(session -> session.sendJson(message));
    }

    /** Attempts, failures with their verdicts, delays, close statuses: what happens between the states. */
    public Flux<ConnectionEvent> events() {
        return engine.events();
    }
}
