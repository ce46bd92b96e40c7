package io.agentruntime.examples.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.atomemo.AtomemoPluginBuilder;
import io.agentruntime.atomemo.FileRef;
import io.agentruntime.atomemo.HubMode;
import io.agentruntime.atomemo.HubRefusedException;
import io.agentruntime.atomemo.testkit.EmbeddedAtomemoHub;
import io.agentruntime.atomemo.testkit.HubAnswer;
import io.agentruntime.examples.ProgramProcess;
import io.agentruntime.examples.quickstart.Screen;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.util.retry.Retry;

/** The program in a process of its own, for it handles signals. */
@DisabledOnOs(OS.WINDOWS)
class PluginDemoTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String TOKEN = "token-of-the-login";

    @TempDir
    Path home;

    private EmbeddedAtomemoHub hub;

    @BeforeEach
    void open() {
        hub = EmbeddedAtomemoHub.start(HubMode.DEBUG).block(LIMIT);
    }

    @AfterEach
    void close() {
        hub.close().block(LIMIT);
    }

    private ProgramProcess start(Map<String, String> environment) throws IOException {
        return ProgramProcess.start(
                "plugin",
                List.of("HUB_WS_URL", "HUB_MODE", "HUB_DEBUG_API_KEY", "DEBUG", "NODE_ENV"),
                environment,
                home,
                "-Duser.home=" + home);
    }

    @Test
    void theStoryOnTheEmbeddedHubEndsWithWhatItHasShown() throws Exception {
        try (ProgramProcess program = start(Map.of())) {
            program.readTo("done: a plugin registered, answered all seven kinds of requests");

            assertThat(program.status()).isZero();
            assertThat(program.lines()).anyMatch(line -> line.contains("is disconnected, code 1006"));
            assertThat(program.lines()).noneMatch(line -> line.contains("ERROR"));
        }
    }

    @Test
    void onAHubOfItsOwnItServesUntilSigterm() throws Exception {
        DisposableServer login = HttpServer.create()
                .host("127.0.0.1")
                .route(routes -> routes.get(
                        "/v1/auth/get-session",
                        (request, response) -> response.sendString(
                                Mono.just("{\"user\":{\"name\":\"Jane\",\"email\":\"jane@example.com\"}}"))))
                .bindNow(LIMIT);
        Path config = Files.createDirectories(home.resolve(".choiceform")).resolve("atomemo.json");
        Files.writeString(config, """
                {"auth": {"staging": {"access_token": "%s", "endpoint": "http://127.0.0.1:%d"}}}
                """.formatted(TOKEN, login.port()));
        try (ProgramProcess program = start(hub.variables())) {
            FileRef file = hub.store().add("a.txt", "text/plain", "hello".getBytes(UTF_8));
            HubAnswer copied =
                    hub.invokeTool(DemoFeatures.COPY, Map.of("file", file)).block(LIMIT);
            assertThat(copied.isError()).as(copied.payload().toString()).isFalse();
            assertThat(hub.registrations().get(0).path("author").asString()).isEqualTo("Jane");

            String written = Mono.fromCallable(() -> Files.readString(home.resolve("definition.json")))
                    .retryWhen(Retry.fixedDelay(600, Duration.ofMillis(100)))
                    .block(LIMIT);
            assertThat(written).contains("\"author\": \"Jane\"");

            program.signal("TERM");
            program.readTo("done: the plugin served its hub, and stopped in good order");

            assertThat(program.status()).isZero();
            assertThat(hub.server().messages("phx_leave")).hasSize(1);
            assertThat(program.lines())
                    .noneMatch(line -> line.contains(TOKEN) || line.contains(EmbeddedAtomemoHub.KEY));
        } finally {
            login.disposeNow(LIMIT);
        }
    }

    @Test
    void aHubThatRefusesTheKeyIsAnErrorThatSaysWhatToDo() {
        Map<String, String> environment = new HashMap<>(hub.variables());
        environment.put("HUB_DEBUG_API_KEY", "expired");
        Screen screen = new Screen(new PrintStream(PrintStream.nullOutputStream()));
        AtomemoPluginBuilder plugin = PluginDemo.builder(environment, screen).author("Jane", "jane@example.com");

        assertThatThrownBy(() -> new RealHub(screen).serve(plugin))
                .cause()
                .isInstanceOf(HubRefusedException.class)
                .hasMessageContaining("atomemo plugin refresh-key");
    }

    @Test
    void aHubWithoutTheRestOfTheEnvironmentIsAnError() {
        assertThatThrownBy(() -> PluginDemo.run(
                        Map.of("HUB_WS_URL", "ws://localhost:4000"), new PrintStream(PrintStream.nullOutputStream())))
                .hasMessageContaining("HUB_DEBUG_API_KEY");
    }
}
