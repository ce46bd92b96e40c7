package io.agentruntime.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A script of Node in a process of its own, in the directory where the profile has installed npm's packages. */
public final class NodeProcess implements AutoCloseable {

    private static final Path DIRECTORY = Path.of("target", "conformance");
    private static final String REQUEST = "do: ";

    private final Process process;
    private final BufferedReader output;

    public NodeProcess(String... arguments) {
        List<String> command = new ArrayList<>(List.of("node"));
        command.addAll(List.of(arguments));
        try {
            process = new ProcessBuilder(command)
                    .directory(DIRECTORY.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    }

    /** The next line that it prints. */
    public String line() {
        try {
            String line = output.readLine();
            if (line == null) {
                throw new AssertionError("node ended without a result");
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its result, which is a line of JSON; a line {@code do: <what>} before it asks the test for something. */
    public JsonNode result(Consumer<String> requests) {
        String line = line();
        while (line.startsWith(REQUEST)) {
            requests.accept(line.substring(REQUEST.length()));
            line = line();
        }
        return JsonMapper.shared().readTree(line);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
