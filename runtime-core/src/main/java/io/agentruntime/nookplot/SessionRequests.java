package io.agentruntime.nookplot;

import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.OutcomeUnknownException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.http.ApiPath;
import io.agentruntime.http.CredentialSource;
import io.agentruntime.http.JsonHttpClient;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** The HTTP requests that open, keep and end a session. */
final class SessionRequests {

    private static final Logger log = LoggerFactory.getLogger(SessionRequests.class);

    /** A ticket for one WebSocket. Shows nothing of itself. */
    record Ticket(String ticket, int expiresIn) {

        Ticket {
            Objects.requireNonNull(ticket, "ticket");
        }

        @Override
        public String toString() {
            return "Ticket[***]";
        }
    }

    private final JsonHttpClient http;
    private final CredentialSource credentials;
    private final @Nullable Object connectBody;
    private final Registrations registrations;

    /**
     * @param http a client that does not refresh the credentials by itself: what a 401 means is the verdict's business
     * @param registrations what its registrations pass through
     */
    SessionRequests(
            JsonHttpClient http,
            Registrations registrations,
            CredentialSource credentials,
            Map<String, Object> metadata) {
        this.http = http;
        this.registrations = registrations;
        this.credentials = credentials;
        this.connectBody = metadata.isEmpty() ? null : Map.of("metadata", metadata);
    }

    /**
     * Asks for the credentials and registers a session with them, which ends the agent's earlier one.
     *
     * @param patient whether a 429 is waited out here; otherwise it is the error, for the reconnect loop has its own delays
     */
    Mono<ConnectResult> connect(boolean patient) {
        return credentials
                .refresh()
                .then(Mono.defer(
                        () -> post(ApiPath.of(Registrations.PATH), connectBody, ConnectResult.class, patient)));
    }

    /** Asks for the ticket of one WebSocket: single use, valid for 30 seconds. */
    Mono<Ticket> ticket(boolean patient) {
        return post(ApiPath.of("/v1/ws/ticket"), null, Ticket.class, patient)
                .onErrorMap(DecodeException.class, SessionRequests::withoutExcerpt);
    }

    /** What cannot be read may hold a ticket all the same. */
    private static DecodeException withoutExcerpt(DecodeException error) {
        return new DecodeException("answer to POST /v1/ws/ticket", "it holds no ticket", "", null);
    }

    private <T> Mono<T> post(ApiPath path, @Nullable Object body, Class<T> type, boolean patient) {
        return (patient ? http : http.withoutRetry())
                .request("POST", path, body, type)
                .switchIfEmpty(
                        Mono.error(() -> new DecodeException("answer to POST " + path.path(), "it is empty", "", null)))
                .onErrorMap(OutcomeUnknownException.class, SessionRequests::asFailure);
    }

    /** Nothing hangs on an answer that was lost: asking again is safe, a new session ends an earlier one. */
    private static Throwable asFailure(OutcomeUnknownException lost) {
        Throwable cause = lost.getCause();
        return cause instanceof RuntimeClientException ? cause : new ConnectionLostException(1006, "", cause);
    }

    /**
     * Tells the gateway that a session is over, and another one that was registered since and that nobody took up. Best
     * effort: never fails.
     */
    Mono<Void> disconnect(String sessionId) {
        return tell(sessionId).then(disconnectLast(sessionId));
    }

    /** Tells the gateway that the session registered last is over, if it has not been told. Never fails. */
    Mono<Void> disconnectLast() {
        return disconnectLast("");
    }

    /** Goes on when it is cancelled: the answer to a registration can be late, and what it has left must not stay. */
    private Mono<Void> disconnectLast(String alreadyTold) {
        return Mono.defer(() -> {
            Mono<Void> told = registrations
                    .takeLast()
                    .filter(last -> !last.equals(alreadyTold))
                    .flatMap(this::tell)
                    .cache();
            told.subscribe();
            return told;
        });
    }

    private Mono<Void> tell(String sessionId) {
        return http.withoutRetry()
                .send("POST", ApiPath.of("/v1/runtime/disconnect"), Map.of("sessionId", sessionId))
                .doOnError(error -> {
                    if (!(error instanceof HttpStatusException.NotFound)) { // gone already: just what we want
                        log.debug(
                                "The gateway was not told of the end of a session: {}",
                                RuntimeClientException.describe(error));
                    }
                })
                .onErrorComplete();
    }

    /** Tells the gateway that the session is alive. Errors: {@link HttpStatusException.NotFound} when it has forgotten it. */
    Mono<Void> heartbeat() {
        return http.send("POST", ApiPath.of("/v1/runtime/heartbeat"), null);
    }
}
