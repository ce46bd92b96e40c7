package io.agentruntime.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.net.NetOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Over loopback: answers that are read as they come. */
class StreamedAnswerTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final ReactorHttpExchange exchange =
            ReactorHttpExchange.create(NetOptions.defaults(), HttpOptions.defaults(), time);
    private final List<String> seen = new ArrayList<>();
    private final RawServer server = new RawServer((peer, request) -> {
        if (request.contains("/mute")) {
            return;
        }
        peer.write("HTTP/1.1 203 OK\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
        if (request.contains("/whole")) {
            peer.write("2\r\nde\r\n0\r\n\r\n");
        } else if (request.contains("/broken")) {
            peer.close();
        }
    });

    @AfterEach
    void close() throws IOException {
        exchange.close().block(SOON);
        server.close();
    }

    private Flux<String> get(String path, Duration limit, Duration maxSilence) {
        return get(server.url(), path, limit, maxSilence);
    }

    private Flux<String> get(BaseUrl base, String path, Duration limit, Duration maxSilence) {
        HttpCall call = new HttpCall("GET", base.http(path), Map.of(), null, limit, 1);
        return exchange.stream(call, maxSilence, (head, body) -> {
            seen.add(head + " " + head.header("X-A").orElse("none"));
            return body.map(chunk -> new String(chunk, UTF_8));
        });
    }

    @Test
    void theReaderGetsTheHeadAndThenTheBody() {
        StepVerifier.create(get("/whole", SOON, SOON).reduce(String::concat))
                .expectNext("abcde")
                .expectComplete()
                .verify(SOON);
        assertThat(seen).containsExactly("HTTP 203 1");
    }

    @Test
    void aBodyThatBreaksOffIsALostConnection() {
        StepVerifier.create(get("/broken", SOON, SOON))
                .expectNext("abc")
                .expectError(ConnectionLostException.class)
                .verify(SOON);
    }

    @Test
    void aBodyMayTakeLongerThanTheHeadButNotBeSilentForLonger() {
        Duration limit = Duration.ofMillis(500);
        Duration maxSilence = Duration.ofMillis(900);

        AtomicBoolean ended = new AtomicBoolean();
        StepVerifier.create(get("/open", limit, maxSilence).doOnTerminate(() -> ended.set(true)))
                .expectNext("abc")
                .then(() -> time.advanceTimeBy(limit.plusMillis(1)))
                // The reader may still be at it: then the silence begins later.
                .then(() -> waitUntil(() -> {
                    time.advanceTimeBy(maxSilence);
                    return ended.get();
                }))
                .expectErrorSatisfies(e ->
                        assertThat(e).isInstanceOf(TimeLimitException.class).hasMessageContaining("PT0.9S"))
                .verify(SOON);
    }

    @Test
    void aHeadThatDoesNotComeHasItsLimit() {
        Duration limit = Duration.ofMillis(300);

        StepVerifier.create(get("/mute", limit, SOON))
                .then(() -> waitUntil(() -> server.requests.size() == 1))
                .then(() -> time.advanceTimeBy(limit))
                .expectErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(TimeLimitException.class)
                        .hasMessage("GET /mute did not finish within PT0.3S"))
                .verify(SOON);
        assertThat(seen).isEmpty();
    }

    @Test
    void nobodyToReadFromIsAFailedConnect() {
        BaseUrl nobody = BaseUrl.of("url", "http://127.0.0.1:1");

        StepVerifier.create(get(nobody, "/whole", SOON, SOON))
                .expectError(ConnectFailedException.class)
                .verify(SOON);
    }

    @Test
    void cancellingClosesTheConnection() {
        StepVerifier.create(get("/open", SOON, SOON))
                .expectNext("abc")
                .thenCancel()
                .verify(SOON);
        waitUntil(() -> server.open.get() == 0);
    }

    private static void waitUntil(BooleanSupplier condition) {
        Flux.interval(Duration.ofMillis(5))
                .onBackpressureDrop()
                .filter(tick -> condition.getAsBoolean())
                .blockFirst(SOON);
    }
}
