package io.agentruntime.examples.codebolt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.codebolt.ReplyAddress;
import io.agentruntime.examples.Main;
import io.agentruntime.testkit.codebolt.EmbeddedCodeboltServer;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The program in a process of its own, for it handles signals. */
@DisabledOnOs(OS.WINDOWS)
class CodeboltTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Process process;
    private final List<String> lines = new ArrayList<>();

    private BufferedReader start(Map<String, String> environment) throws IOException {
        ProcessBuilder child = new ProcessBuilder(
                        new File(System.getProperty("java.home"), "bin/java").getPath(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "codebolt")
                .redirectErrorStream(true);
        child.environment()
                .keySet()
                .removeAll(List.of("CODEBOLT_SERVER_URL", "SOCKET_PORT", "pluginId", "pluginToken"));
        child.environment().putAll(environment);
        process = child.start();
        return process.inputReader(StandardCharsets.UTF_8);
    }

    private void readTo(BufferedReader output, String part) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            lines.add(line);
            if (line.contains(part)) {
                return;
            }
        }
        throw new AssertionError("It ended without saying '" + part + "': " + lines);
    }

    private int status() throws InterruptedException {
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @AfterEach
    void endTheProcess() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void theStoryOnTheEmbeddedServerEndsWithWhatItHasShown() throws Exception {
        BufferedReader output = start(Map.of());

        readTo(output, "done: three users talked to an agent, one got ");

        assertThat(status()).isZero();
        assertThat(lines).anyMatch(line -> line.contains("reconnecting, attempt 1"));
        assertThat(lines).anyMatch(line -> line.contains("has its channel as channel-2 now, it was channel-1"));
        assertThat(lines).noneMatch(line -> line.contains("ERROR"));
    }

    @Test
    void onAServerOfItsOwnItBridgesUntilSigterm() throws Exception {
        String token = "hidden-token";
        EmbeddedCodeboltServer server = EmbeddedCodeboltServer.builder()
                .credentials("demo", token)
                .start()
                .block(LIMIT);
        try {
            server.onRoute(asked -> server.reply(new ReplyAddress("channel-1", "chat-a", null), "Yes, here I am."));
            BufferedReader output =
                    start(Map.of("CODEBOLT_SERVER_URL", server.url(), "pluginId", "demo", "pluginToken", token));
            readTo(output, "Yes, here I am.");

            new ProcessBuilder("kill", "-TERM", String.valueOf(process.pid()))
                    .start()
                    .waitFor();
            readTo(output, "done: a channel was registered");

            assertThat(status()).isZero();
            server.receivedStream()
                    .filter(message -> message.type().equals("close"))
                    .blockFirst(LIMIT);
            assertThat(server.received("close").get(0).json().path("code").asInt())
                    .isEqualTo(1000);
            assertThat(lines).noneMatch(line -> line.contains(token));
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
