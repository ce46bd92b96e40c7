package io.agentruntime.phoenix.spring;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.atomemo.AtomemoEnvironment;
import io.agentruntime.atomemo.AtomemoPlugin;
import io.agentruntime.connection.ReconnectPolicy;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.http.HttpReply;
import io.agentruntime.support.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** A plugin asks the platform who its author is, in virtual time, and the platform is not well. */
class AtomemoConnectionTest {

    private static final HttpReply REFUSED = reply(401);

    /** After the calls of one lookup: a client waits out a 429 by itself, four times. */
    private static final int TRIES_OF_A_LOOKUP = 5;

    @TempDir
    Path folder;

    private final List<Instant> calls = new CopyOnWriteArrayList<>();

    @BeforeEach
    void logIn() throws IOException {
        Files.writeString(folder.resolve("atomemo.json"), """
                {"auth": {"staging": {"access_token": "%s", "endpoint": "http://localhost:1"}}}
                """.formatted(Secrets.MARKER));
    }

    private static HttpReply reply(int status, String... headers) {
        return new HttpReply(
                status, headers.length == 0 ? Map.of() : Map.of(headers[0], headers[1]), "{}".getBytes(US_ASCII));
    }

    /** Connects a plugin to a platform that gives these answers, the last one again and again. */
    private Mono<Void> connect(ReconnectPolicy policy, List<HttpReply> answers) {
        AtomemoPlugin plugin = AtomemoPlugin.builder("my-plugin")
                .version("1.0.0")
                .environment(AtomemoEnvironment.of(
                        Map.of("HUB_WS_URL", "ws://localhost:1", "HUB_DEBUG_API_KEY", Secrets.MARKER)))
                .configFile(folder.resolve("atomemo.json"))
                .http(call -> Mono.fromSupplier(() -> {
                    HttpReply answer = answers.get(Math.min(calls.size(), answers.size() - 1));
                    calls.add(Instant.ofEpochMilli(Schedulers.parallel().now(TimeUnit.MILLISECONDS)));
                    return answer;
                }))
                .build();
        return new AtomemoConnection(plugin, policy).connect();
    }

    private static ReconnectPolicy withoutEnd() {
        return ReconnectPolicy.fullJitter().build();
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 500, 502})
    void whatPassesIsTriedAgain(int status) {
        StepVerifier.withVirtualTime(() -> connect(withoutEnd(), List.of(reply(status), reply(status), REFUSED)))
                .thenAwait(Duration.ofMinutes(2))
                .expectError(HttpStatusException.Unauthorized.class)
                .verify();

        assertThat(calls).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404})
    void whatDoesNotPassIsNot(int status) {
        StepVerifier.withVirtualTime(() -> connect(withoutEnd(), List.of(reply(status))))
                .thenAwait(Duration.ofMinutes(2))
                .expectError(HttpStatusException.class)
                .verify();

        assertThat(calls).hasSize(1);
    }

    @Test
    void aBusyPlatformIsAskedAgainNoSoonerThanItSays() {
        List<HttpReply> answers = new ArrayList<>();
        for (int i = 0; i < TRIES_OF_A_LOOKUP; i++) {
            answers.add(reply(429, "retry-after", "90"));
        }
        answers.add(REFUSED);

        StepVerifier.withVirtualTime(() -> connect(withoutEnd(), answers))
                .thenAwait(Duration.ofMinutes(30))
                .expectError(HttpStatusException.Unauthorized.class)
                .verify();

        assertThat(calls).hasSize(TRIES_OF_A_LOOKUP + 1);
        assertThat(Duration.between(calls.get(TRIES_OF_A_LOOKUP - 1), calls.get(TRIES_OF_A_LOOKUP)))
                .isBetween(Duration.ofSeconds(90), Duration.ofSeconds(90 + 18));
    }

    @Test
    void thePolicySaysHowOften() {
        StepVerifier.withVirtualTime(
                        () -> connect(ReconnectPolicy.fullJitter().maxRetries(2).build(), List.of(reply(500))))
                .thenAwait(Duration.ofMinutes(2))
                .expectErrorSatisfies(error -> assertThat(error).isInstanceOf(HttpStatusException.ServerError.class))
                .verify();

        assertThat(calls).hasSize(3);
    }
}
