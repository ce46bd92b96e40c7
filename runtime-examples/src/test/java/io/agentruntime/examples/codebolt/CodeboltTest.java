package io.agentruntime.examples.codebolt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.codebolt.ReplyAddress;
import io.agentruntime.examples.ProgramProcess;
import io.agentruntime.testkit.codebolt.EmbeddedCodeboltServer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The program in a process of its own, for it handles signals. */
@DisabledOnOs(OS.WINDOWS)
class CodeboltTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static ProgramProcess start(Map<String, String> environment) throws IOException {
        return ProgramProcess.start(
                "codebolt",
                List.of("CODEBOLT_SERVER_URL", "SOCKET_PORT", "pluginId", "pluginToken"),
                environment,
                Path.of("."));
    }

    @Test
    void theStoryOnTheEmbeddedServerEndsWithWhatItHasShown() throws Exception {
        try (ProgramProcess program = start(Map.of())) {
            program.readTo("done: three users talked to an agent, one got ");

            assertThat(program.status()).isZero();
            assertThat(program.lines()).anyMatch(line -> line.contains("reconnecting, attempt 1"));
            assertThat(program.lines())
                    .anyMatch(line -> line.contains("has its channel as channel-2 now, it was channel-1"));
            assertThat(program.lines()).noneMatch(line -> line.contains("ERROR"));
        }
    }

    @Test
    void onAServerOfItsOwnItBridgesUntilSigterm() throws Exception {
        String token = "hidden-token";
        EmbeddedCodeboltServer server = EmbeddedCodeboltServer.builder()
                .credentials("demo", token)
                .start()
                .block(LIMIT);
        server.onRoute(asked -> server.reply(new ReplyAddress("channel-1", "chat-a", null), "Yes, here I am."));
        Map<String, String> environment =
                Map.of("CODEBOLT_SERVER_URL", server.url(), "pluginId", "demo", "pluginToken", token);
        try (ProgramProcess program = start(environment)) {
            program.readTo("Yes, here I am.");

            program.signal("TERM");
            program.readTo("done: a channel was registered");

            assertThat(program.status()).isZero();
            server.receivedStream()
                    .filter(message -> message.type().equals("close"))
                    .blockFirst(LIMIT);
            assertThat(server.received("close").get(0).json().path("code").asInt())
                    .isEqualTo(1000);
            assertThat(program.lines()).noneMatch(line -> line.contains(token));
        } finally {
            server.close().block(LIMIT);
        }
    }

    @Test
    void aServerWithoutTheRestOfTheEnvironmentIsAnError() {
        assertThatThrownBy(() -> Codebolt.run(
                        Map.of("CODEBOLT_SERVER_URL", "localhost", "pluginId", "p"),
                        new PrintStream(PrintStream.nullOutputStream())))
                .hasMessageContaining("pluginToken");
    }
}
