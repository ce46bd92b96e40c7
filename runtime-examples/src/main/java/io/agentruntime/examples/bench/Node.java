package io.agentruntime.examples.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URISyntaxException;
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
 * A JavaScript client on Node, beside the classes of a benchmark: {@code package.json}, {@code package-lock.json} and scripts.
 * They are unpacked under {@code target}, and their packages are installed there.
 */
public final class Node {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Path directory;

    private Node(Path directory) {
        this.directory = directory;
    }

    /**
     * Installs a client. Empty, with a line that says why, where {@code node} or {@code npm} is missing or the packages cannot
     * be had.
     *
     * @param benchmark the class that the files lie beside
     * @param name the directory under {@code target}
     * @param scripts the files besides the two of npm
     */
    public static Optional<Node> install(Class<?> benchmark, String name, PrintStream out, String... scripts)
            throws InterruptedException {
        try {
            Path directory = Files.createDirectories(target(benchmark).resolve(name));
            List<String> files = new ArrayList<>(List.of(scripts));
            files.add("package.json");
            files.add("package-lock.json");
            for (String file : files) {
                try (InputStream in = Objects.requireNonNull(benchmark.getResourceAsStream(file), file)) {
                    Files.copy(in, directory.resolve(file), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            run(directory, "node", "--version");
            run(directory, "npm", "ci", "--no-audit", "--no-fund");
            return Optional.of(new Node(directory));
        } catch (IOException e) {
            out.println("No client on Node: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** {@code target}, whether the classes are there or in a jar there. */
    private static Path target(Class<?> benchmark) {
        try {
            return Path.of(benchmark
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .resolveSibling(".")
                    .normalize();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("The classes are in no file", e);
        }
    }

    private static void run(Path directory, String... command) throws IOException, InterruptedException {
        Path log = directory.resolve("install.log");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new IOException(command[0] + " took longer than " + LIMIT.toSeconds() + " s, see " + log);
        }
        if (process.exitValue() != 0) {
            throw new IOException(command[0] + " ended with " + process.exitValue() + ", see " + log);
        }
    }

    /** Runs one of the scripts. */
    public ChildProcess start(String name, PrintStream out, String script, Object... args) {
        List<String> command = new ArrayList<>(List.of("node", script));
        for (Object arg : args) {
            command.add(String.valueOf(arg));
        }
        return new ChildProcess(name, out, directory, command);
    }
}
