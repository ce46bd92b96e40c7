package io.agentruntime.examples.bench.octavus;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The platform's own client on Node. Needs {@code node} and {@code npm} on the path; the packages come from the registry that
 * npm is set up for, into a folder of the benchmark's own.
 */
final class JavaScriptClient {

    private static final List<String> PACKAGES = List.of("@octavus/client-sdk@2.0.0", "ws@8");
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String SCRIPT = "bench.mjs";

    private final Path folder;
    private final PrintStream out;

    private JavaScriptClient(Path folder, PrintStream out) {
        this.folder = folder;
        this.out = out;
    }

    /** The client, ready to run; empty, with a line that says why, where there is none. */
    static Optional<JavaScriptClient> find(PrintStream out) throws InterruptedException {
        try {
            Path folder = Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir"), "octavus-bench"));
            JavaScriptClient client = new JavaScriptClient(folder, out);
            client.unpackScript();
            if (!Files.exists(folder.resolve("node_modules/@octavus/client-sdk"))) {
                List<String> install = new ArrayList<>(List.of("npm", "install", "--no-audit", "--no-fund"));
                install.addAll(PACKAGES);
                client.run(install);
            }
            return Optional.of(client);
        } catch (IOException | IllegalStateException e) {
            out.println("the JavaScript client is not to be had: " + e.getMessage());
            return Optional.empty();
        }
    }

    private void unpackScript() throws IOException {
        try (InputStream script = Objects.requireNonNull(JavaScriptClient.class.getResourceAsStream(SCRIPT))) {
            Files.copy(script, folder.resolve(SCRIPT), StandardCopyOption.REPLACE_EXISTING);
        }
        Path manifest = folder.resolve("package.json");
        if (!Files.exists(manifest)) {
            Files.writeString(manifest, "{\"private\":true}");
        }
    }

    /** The CPU time of one turn, behind one that warms up. */
    long cpuNanos(String url, int deltas) throws InterruptedException {
        try {
            String answer = run(List.of("node", SCRIPT, url));
            String[] words = answer.strip().split("\\s+", -1);
            int length = Integer.parseInt(words[words.length - 1]);
            if (length != deltas * "word0 ".length()) {
                throw new IllegalStateException("The JavaScript client has " + length + " characters of the text");
            }
            return Long.parseLong(words[words.length - 2]) * 1_000;
        } catch (IOException e) {
            throw new IllegalStateException("The JavaScript client did not run", e);
        }
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        Path log = folder.resolve("out.txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException(command.get(0) + " took longer than " + LIMIT.toSeconds() + " s");
        }
        String printed = Files.readString(log, StandardCharsets.UTF_8);
        if (process.exitValue() != 0) {
            out.println(printed);
            throw new IllegalStateException(command.get(0) + " ended with " + process.exitValue());
        }
        return printed;
    }
}
