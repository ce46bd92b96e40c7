package io.agentruntime.nookplot;

import io.agentruntime.connection.ConnectionEngine;
import io.agentruntime.connection.ConnectionEvent;
import io.agentruntime.http.ApiPath;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.telemetry.Operation;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;

/** The connection itself, for what the managers do not cover: any HTTP endpoint, any frame, and what happens beneath. */
public final class GatewayConnection {

    private final UserRequests http;
    private final ConnectionEngine<NookplotSession> engine;
    private final NookplotSettings settings;

    GatewayConnection(UserRequests http, ConnectionEngine<NookplotSession> engine, NookplotSettings settings) {
        this.http = http;
        this.engine = engine;
        this.settings = settings;
    }

    /**
     * Makes one authenticated request; a 429 is waited out as documented (4 retries, 5, 10, 20, 40 s, never before {@code
     * Retry-After}). Works in every connection state but a closed one.
     *
     * @param path begins with {@code /}; see {@link ApiPath} for writing it
     * @param type what the answer is read as
     */
    public <T> Mono<T> request(String method, String path, Class<T> type) {
        return http.request(method, ApiPath.encoded(path), null, type);
    }

    /** Makes one authenticated request with a body, any value that Jackson can write. */
    public <T> Mono<T> request(String method, String path, @Nullable Object body, Class<T> type) {
        return http.request(method, ApiPath.encoded(path), body, type);
    }

    /** Makes one authenticated request and keeps the answer unread, with every field it came with. */
    public Mono<JsonPayload> request(String method, String path, @Nullable Object body) {
        return http.request(method, ApiPath.encoded(path), body);
    }

    /** Makes one authenticated request whose answer is of a generic type. */
    public <T> Mono<T> request(String method, String path, @Nullable Object body, TypeReference<T> type) {
        return http.request(method, ApiPath.encoded(path), body, type);
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
        return settings.telemetry()
                .observe(
                        new Operation.Push("send", "frame", ""),
                        engine.session(settings.sendPatience()).flatMap(session -> session.sendJson(message)),
                        nothing -> "ok");
    }

    /** Attempts, failures with their verdicts, delays, close statuses: what happens between the states. */
    public Flux<ConnectionEvent> events() {
        return engine.events();
    }
}
