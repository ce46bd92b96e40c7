package io.agentruntime.phoenix.longpoll;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.transport.PipeRequest;
import io.agentruntime.transport.WebSocketOptions;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** The requests of one session. Each is made once, and never again. */
final class Requests {

    record Settings(
            HttpExchange exchange,
            JsonCodec json,
            Duration requestTimeout,
            int maxResponseBytes,
            WebSocketOptions limits,
            Scheduler timer) {}

    private final Settings settings;
    private final PipeRequest request;

    Requests(Settings settings, PipeRequest request) {
        this.settings = settings;
        this.request = request;
    }

    /** Asks for a session. */
    Mono<Answer> open() {
        return call("GET", null, null, null, settings.limits().handshakeTimeout());
    }

    /** Waits for messages. */
    Mono<Answer> poll(String token) {
        return call("GET", token, null, null, settings.requestTimeout());
    }

    /** Brings messages. */
    Mono<Answer> post(String token, String contentType, byte[] body) {
        return call("POST", token, contentType, body, settings.requestTimeout());
    }

    private Mono<Answer> call(
            String method,
            @Nullable String token,
            @Nullable String contentType,
            byte @Nullable [] body,
            Duration limit) {
        return Mono.defer(() -> {
            Map<String, String> headers = new LinkedHashMap<>(request.headers());
            headers.put("accept", "application/json");
            if (contentType != null) {
                headers.put("content-type", contentType);
            }
            HttpCall call = new HttpCall(method, address(token), headers, body, limit, settings.maxResponseBytes());
            return settings.exchange()
                    .exchange(call)
                    .map(reply -> Answer.read(settings.json(), "answer to " + call, reply, now()));
        });
    }

    private URI address(@Nullable String token) {
        URI target = request.target().uri();
        return token == null
                ? target
                : URI.create(target + (target.getRawQuery() == null ? "?" : "&") + "token="
                        + URLEncoder.encode(token, UTF_8));
    }

    private Instant now() {
        return Instant.ofEpochMilli(settings.timer().now(TimeUnit.MILLISECONDS));
    }
}
