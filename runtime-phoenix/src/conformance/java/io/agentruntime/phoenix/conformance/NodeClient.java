package io.agentruntime.phoenix.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** npm's {@code phoenix} in a process of its own, in the directory that the profile has installed it in. */
final class NodeClient {

    private static final Path DIRECTORY = Path.of("target", "conformance");
    private static final String REQUEST = "do: ";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private NodeClient() {}

    /** Runs a scenario to its result; {@code requests} gets what it asks the test to do. */
    static JsonNode run(Consumer<String> requests, String... arguments) {
        List<String> command = new ArrayList<>(List.of("node", "scenarios.mjs"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .directory(DIRECTORY.toFile())
                    .redirectErrorStream(true)
                    .start();
            try {
                return result(process, requests);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode result(Process process, Consumer<String> requests)
            throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        try (BufferedReader output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith(REQUEST)) {
                    requests.accept(line.substring(REQUEST.length()));
                } else {
                    lines.add(line);
                }
            }
        }
        if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError("node failed:\n" + String.join("\n", lines));
        }
        return JSON.readTree(lines.get(lines.size() - 1));
    }
}
