package io.agentruntime.phoenix.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agentruntime.http.HttpReply;
import io.agentruntime.phoenix.testkit.ConnectRequest.Transport;
import io.agentruntime.testkit.server.HttpOutcome;
import io.agentruntime.testkit.server.ServerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Long-polling, as Phoenix' LongPoll transport does it: HTTP says 200 to everything, the body's {@code status} counts.
 * A GET without a session makes one and answers 410 with its token; with one it waits for messages. A POST publishes.
 */
final class LongPolls {

    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int FORBIDDEN = 403;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int GONE = 410;

    private final Hub hub;
    private final Map<String, LongPollSession> sessions = new HashMap<>();

    LongPolls(Hub hub) {
        this.hub = hub;
    }

    Mono<HttpOutcome> answer(ServerRequest request) {
        LongPollSession session = sessions.get(request.query().getOrDefault("token", ""));
        return switch (request.method()) {
            case "OPTIONS" -> Mono.just(preflight(request));
            case "GET" -> session == null ? Mono.just(newSession(request)) : poll(session);
            case "POST" -> session == null ? Mono.just(status(GONE)) : publish(session, request);
            default -> Mono.just(new HttpOutcome.Whole(hub.failure(400)));
        };
    }

    /** Every session is gone, without a word: a client learns it at its next request. */
    void clear() {
        List.copyOf(sessions.values()).forEach(LongPollSession::end);
    }

    void remove(LongPollSession session) {
        sessions.remove(session.token());
    }

    private HttpOutcome newSession(ServerRequest request) {
        ConnectRequest connect =
                hub.connect(request, Transport.LONGPOLL, Optional.ofNullable(request.header("x-phoenix-authtoken")));
        Serializer serializer = Serializer.of(request.query().get("vsn"));
        ConnectReply verdict = hub.decide(connect, serializer);
        if (serializer == null || !verdict.accepted()) {
            return status(FORBIDDEN);
        }
        LongPollSession session = new LongPollSession(hub, this, newToken());
        session.opened(hub.opened(session, serializer, connect, verdict.id()));
        sessions.put(session.token(), session);
        return messages(GONE, session, List.of());
    }

    /** Not from a secure source, which may block: it guards nothing but a test. */
    private static String newToken() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
    }

    // Listening

    private Mono<HttpOutcome> poll(LongPollSession session) {
        Duration window = hub.settings.longPollWindow();
        session.polled();
        if (session.hasMessages()) {
            return Mono.just(flush(session));
        }
        Mono<Void> available = session.nextMessage();
        return available
                .timeout(window, Mono.empty(), hub.scheduler())
                .then(Mono.fromSupplier(() -> hub.confined.get(() -> flush(session))));
    }

    private HttpOutcome flush(LongPollSession session) {
        List<Object> waiting = session.flush();
        if (waiting.stream().anyMatch(byte[].class::isInstance)) {
            // There is no way to poll a binary message: writing the answer fails, and what was waiting is lost.
            return new HttpOutcome.Whole(hub.failure(500));
        }
        return messages(waiting.isEmpty() ? NO_CONTENT : OK, session, waiting);
    }

    // Publishing

    /** Answered when the last message of the batch was acted on; a join that takes its time holds it up. */
    private Mono<HttpOutcome> publish(LongPollSession session, ServerRequest request) {
        List<Published> batch;
        try {
            batch = batch(request);
        } catch (IllegalArgumentException e) {
            return Mono.just(new HttpOutcome.Whole(hub.failure(500)));
        }
        Sinks.Empty<Void> done = Sinks.empty();
        for (int i = 0; i < batch.size(); i++) {
            Published message = batch.get(i);
            boolean last = i == batch.size() - 1;
            session.connection().received(message.frame(), message.binary(), () -> {
                if (last) {
                    hub.confined.effect(done::tryEmitEmpty);
                }
            });
        }
        return done.asMono()
                .thenReturn(OK)
                .timeout(hub.settings.longPollWindow(), Mono.just(REQUEST_TIMEOUT), hub.scheduler())
                .map(LongPolls::status);
    }

    private record Published(byte[] frame, boolean binary) {}

    private static List<Published> batch(ServerRequest request) {
        if (!"application/x-ndjson".equals(request.header("content-type"))) {
            return List.of(new Published(request.body(), false));
        }
        List<Published> batch = new ArrayList<>();
        for (String line : new String(request.body(), UTF_8).split("\\r?\\n", -1)) {
            batch.add(
                    line.startsWith("[")
                            ? new Published(line.getBytes(UTF_8), false)
                            : new Published(Base64.getDecoder().decode(line), true));
        }
        return batch;
    }

    // Answers

    private static HttpOutcome preflight(ServerRequest request) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("access-control-allow-origin", "*");
        headers.put("access-control-allow-headers", orEmpty(request.header("access-control-request-headers")));
        headers.put("access-control-allow-methods", "get, post, options");
        headers.put("access-control-max-age", "3600");
        return new HttpOutcome.Whole(new HttpReply(OK, headers, new byte[0]));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static HttpOutcome messages(int status, LongPollSession session, List<Object> messages) {
        return json(Serializer.object("messages", messages, "status", status, "token", session.token()));
    }

    private static HttpOutcome status(int status) {
        return json(Serializer.object("status", status));
    }

    private static HttpOutcome json(Object body) {
        Map<String, String> headers =
                Map.of("content-type", "application/json; charset=utf-8", "access-control-allow-origin", "*");
        return new HttpOutcome.Whole(new HttpReply(OK, headers, Serializer.MAPPER.writeValueAsBytes(body)));
    }
}
