package io.agentruntime.atomemo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpReply;
import io.agentruntime.support.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Who has written a plugin, when nobody says so in code. */
class AuthorTest {

    private static final String CONFIG = """
            {"auth": {"production": {"access_token": "p-S3CR3T", "endpoint": "https://one.example"},
                      "staging": {"access_token": "s-S3CR3T"}}}
            """;

    @TempDir
    Path folder;

    private final List<HttpCall> calls = new ArrayList<>();
    private HttpReply reply = new HttpReply(
            200, Map.of(), "{\"user\":{\"name\":\"Jane\",\"email\":\"jane@example.com\"}}".getBytes(UTF_8));

    private AtomemoPlugin plugin(String hub, String mode) {
        Map<String, String> variables = new HashMap<>(Map.of("HUB_WS_URL", hub, "HUB_MODE", mode));
        variables.put("HUB_DEBUG_API_KEY", Secrets.MARKER);
        return AtomemoPlugin.builder("my-plugin")
                .version("1.0.0")
                .environment(AtomemoEnvironment.of(variables))
                .configFile(folder.resolve("atomemo.json"))
                .definitionFile(folder.resolve("definition.json"))
                .http(call -> {
                    calls.add(call);
                    return Mono.just(reply);
                })
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        "wss://api.atomemo.ai, https://one.example/v1/auth/get-session, Bearer p-S3CR3T",
        "ws://localhost:4000, https://oneauth.choiceform.io/v1/auth/get-session, Bearer s-S3CR3T"
    })
    void inDebugModeTheSessionTells(String hub, String address, String authorization) throws IOException {
        Files.writeString(folder.resolve("atomemo.json"), CONFIG);

        StepVerifier.create(plugin(hub, "debug").author())
                .expectNext(new Author("Jane", "jane@example.com"))
                .verifyComplete();
        assertThat(calls).hasSize(1);
        assertThat(calls.get(0).uri()).hasToString(address);
        assertThat(calls.get(0).headers().toString()).containsIgnoringCase(authorization);
    }

    @Test
    void aSessionThatCannotBeHadIsAnErrorWithoutTheToken() throws IOException {
        StepVerifier.create(plugin("ws://localhost:4000", "debug").author()).verifyError(NoSuchFileException.class);
        Files.writeString(folder.resolve("atomemo.json"), "{\"auth\":{\"production\":{}}}");
        StepVerifier.create(plugin("wss://x.atomemo.ai", "debug").author())
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(DecodeException.class)
                        .hasMessageContaining("auth.production.access_token is missing"))
                .verify();
        Files.writeString(folder.resolve("atomemo.json"), CONFIG);
        reply = new HttpReply(401, Map.of(), new byte[0]);
        StepVerifier.create(plugin("wss://x.atomemo.ai", "debug").run())
                .expectErrorSatisfies(error -> {
                    assertThat(error).isInstanceOf(HttpStatusException.class);
                    Secrets.assertNoneIn(error);
                })
                .verify();
    }

    @Test
    void inReleaseModeTheDefinitionTells() throws IOException {
        Files.writeString(folder.resolve("definition.json"), "{\"author\":\"Joe\",\"email\":\"joe@example.com\"}");

        StepVerifier.create(plugin("ws://localhost:4000", "release").author())
                .expectNext(new Author("Joe", "joe@example.com"))
                .verifyComplete();
        assertThat(calls).isEmpty();
    }

    @Test
    void aDefinitionWithoutAuthorIsAnError() throws IOException {
        Files.writeString(folder.resolve("definition.json"), "{\"author\":\"Joe\"}");

        StepVerifier.create(plugin("ws://localhost:4000", "release").author()).verifyError(DecodeException.class);
    }
}
