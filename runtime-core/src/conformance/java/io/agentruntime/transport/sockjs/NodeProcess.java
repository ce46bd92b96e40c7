package io.agentruntime.transport.sockjs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A script of Node in a process of its own, in the directory where the profile has installed npm's packages. */
final class NodeProcess implements AutoCloseable {

    private static final Path DIRECTORY = Path.of("target", "conformance");

    private final Process process;
    private final BufferedReader output;

    NodeProcess(String... arguments) {
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
    String line() {
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

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
