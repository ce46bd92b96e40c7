package io.agentruntime.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.ConnectFailedException;
import io.agentruntime.error.ResponseTooLargeException;
import io.agentruntime.net.NetOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Over loopback: the largest answer, to the byte, and who could not be reached. */
class AnswerSizeTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int MOST = 10;

    private final ReactorHttpExchange exchange =
            ReactorHttpExchange.create(NetOptions.defaults(), HttpOptions.defaults(), Schedulers.parallel());
    private final RawServer server = new RawServer((peer, request) -> {
        String body = "x".repeat(Integer.parseInt(request.replaceAll("(?s)^\\w+ /\\w+/(\\d+).*", "$1")));
        if (request.contains("/chunked/")) {
            peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(body.length())
                    + "\r\n" + body + "\r\n0\r\n\r\n");
        } else {
            peer.reply(request.contains("/other/") ? 300 : 200, body);
        }
    });

    @AfterEach
    void close() throws IOException {
        exchange.close().block(SOON);
        server.close();
    }

    private Mono<HttpReply> get(String path) {
        return exchange.exchange(new HttpCall("GET", server.url().http(path), Map.of(), null, SOON, MOST));
    }

    @Test
    void theLargestAnswerIsReadAndNotAByteMore() {
        for (String way : new String[] {"/announced/", "/chunked/"}) {
            StepVerifier.create(get(way + MOST))
                    .assertNext(
                            reply -> assertThat(reply.body()).asString(UTF_8).isEqualTo("x".repeat(MOST)))
                    .expectComplete()
                    .verify(SOON);
            StepVerifier.create(get(way + (MOST + 1)))
                    .expectError(ResponseTooLargeException.class)
                    .verify(SOON);
        }
    }

    @Test
    void ofAnyAnswerThatIsNoSuccessTheStatusCounts() {
        StepVerifier.create(get("/other/" + (MOST + 1)))
                .assertNext(reply -> {
                    assertThat(reply.status()).isEqualTo(300);
                    assertThat(reply.body()).hasSize(MOST);
                })
                .expectComplete()
                .verify(SOON);
    }

    @Test
    void whoCouldNotBeReachedIsNamedWithHisPort() throws IOException {
        String target = server.url().toString().substring("http://".length());
        Mono<HttpReply> call = get("/announced/1");
        server.close();

        StepVerifier.create(call)
                .expectErrorSatisfies(e ->
                        assertThat(e).isInstanceOf(ConnectFailedException.class).hasMessageContaining(target))
                .verify(SOON);
    }
}
