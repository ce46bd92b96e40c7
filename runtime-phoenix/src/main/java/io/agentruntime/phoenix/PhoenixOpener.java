package io.agentruntime.phoenix;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agentruntime.connection.Attempt;
import io.agentruntime.connection.SessionOpener;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.net.SecretUri;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** Opens a session: asks for params and token, then over WebSocket or long-polling, each step with its limit. */
final class PhoenixOpener implements SessionOpener<PhoenixSession> {

    private static final Logger log = LoggerFactory.getLogger(PhoenixSocket.class);

    /** What Phoenix 1.8 recognises a token by among the subprotocols. */
    private static final String TOKEN_PROTOCOL = "base64url.bearer.phx.";

    private static final String TOKEN_HEADER = "x-phoenix-authtoken";

    private record Credentials(Map<String, Object> params, Optional<String> token) {
        @Override
        public String toString() {
            return "Credentials[]";
        }
    }

    /** Makes the session of an opening. */
    @FunctionalInterface
    interface SessionFactory {
        PhoenixSession create(PhoenixSessionInfo info);
    }

    private final SocketSettings settings;
    private final SessionFactory sessions;
    private final Function<PhoenixSession, PipeListener> frames;
    private final AtomicLong opened = new AtomicLong();
    private volatile boolean webSocketWorks;
    private volatile boolean longPollChosen;

    /** @param frames what reads the frames of a session */
    PhoenixOpener(SocketSettings settings, SessionFactory sessions, Function<PhoenixSession, PipeListener> frames) {
        this.settings = settings;
        this.sessions = sessions;
        this.frames = frames;
    }

    @Override
    public Mono<PhoenixSession> open(Attempt attempt) {
        return credentials().flatMap(credentials -> switch (settings.transport()) {
            case WEBSOCKET -> open(attempt, session(PhoenixTransport.WEBSOCKET), credentials);
            case LONGPOLL -> open(attempt, session(PhoenixTransport.LONGPOLL), credentials);
            case WEBSOCKET_THEN_LONGPOLL -> openEither(attempt, credentials);
        });
    }

    private Mono<Credentials> credentials() {
        Duration limit = settings.handshakeTimeout();
        return Mono.zip(
                        settings.params().defaultIfEmpty(Map.of()),
                        settings.authToken().map(Optional::of).defaultIfEmpty(Optional.empty()),
                        Credentials::new)
                .timeout(
                        limit,
                        Mono.error(() -> new TimeLimitException("The supplier of 'params' or 'authToken'", limit)),
                        settings.timer());
    }

    private PhoenixSession session(PhoenixTransport transport) {
        return sessions.create(new PhoenixSessionInfo(Long.toString(opened.incrementAndGet()), transport));
    }

    private Mono<PhoenixSession> open(Attempt attempt, PhoenixSession session, Credentials credentials) {
        boolean webSocket = session.info().transport() == PhoenixTransport.WEBSOCKET;
        return (webSocket ? settings.webSockets() : settings.longPolls())
                .connect(webSocket ? webSocket(credentials) : longPoll(credentials), frames.apply(session))
                .doOnNext(pipe -> {
                    session.attach(pipe);
                    attempt.onAbandon(last -> session.closePipe());
                    if (!session.receiving()) {
                        session.closePipe().subscribe(); // given up at this very moment
                    }
                })
                .thenReturn(session);
    }

    // ---- WebSocket, then long-polling

    private Mono<PhoenixSession> openEither(Attempt attempt, Credentials credentials) {
        if (longPollChosen) {
            return open(attempt, session(PhoenixTransport.LONGPOLL), credentials);
        }
        PhoenixSession first = session(PhoenixTransport.WEBSOCKET);
        return inTime(open(attempt, first, credentials), "WebSocket")
                // Some proxies let the handshake pass and nothing after it.
                .then(Mono.defer(() -> inTime(first.orEnd(first.ping()), "The first ping")))
                .doOnNext(roundTrip -> webSocketWorks = true)
                .thenReturn(first)
                .onErrorResume(failure -> fallBack(attempt, first, credentials, failure));
    }

    private Mono<PhoenixSession> fallBack(
            Attempt attempt, PhoenixSession first, Credentials credentials, Throwable failure) {
        log.info(
                "{}: falling back to long-polling: {}",
                settings.connection().name(),
                RuntimeClientException.describe(failure));
        first.closePipe().subscribe();
        return open(attempt, session(PhoenixTransport.LONGPOLL), credentials)
                .doOnNext(session -> longPollChosen = !webSocketWorks)
                .doOnError(error -> error.addSuppressed(failure));
    }

    private <T> Mono<T> inTime(Mono<T> step, String name) {
        Duration limit = settings.fallbackAfter();
        return step.timeout(limit, Mono.error(() -> new TimeLimitException(name, limit)), settings.timer());
    }

    // ---- Requests

    private PipeRequest webSocket(Credentials credentials) {
        SecretUri target = settings.url().webSocket(path("/websocket", credentials));
        if (settings.authTokenParam() != null) {
            return PipeRequest.to(target);
        }
        return credentials
                .token()
                .map(token -> new PipeRequest(target, Map.of(), List.of("phoenix", TOKEN_PROTOCOL + encoded(token))))
                .orElseGet(() -> PipeRequest.to(target));
    }

    private PipeRequest longPoll(Credentials credentials) {
        SecretUri target = new SecretUri(settings.url().http(path("/longpoll", credentials)));
        Map<String, String> headers = credentials
                .token()
                .filter(token -> settings.authTokenParam() == null)
                .map(token -> Map.of(TOKEN_HEADER, token))
                .orElse(Map.of());
        return new PipeRequest(target, headers, List.of());
    }

    private static String encoded(String token) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token.getBytes(UTF_8));
    }

    private String path(String transport, Credentials credentials) {
        QueryParams query = new QueryParams(transport).addAll(credentials.params());
        String param = settings.authTokenParam();
        if (param != null) {
            credentials.token().ifPresent(token -> query.add(param, token));
        }
        return query.add("vsn", settings.serializer().vsn()).toString();
    }
}
