package io.agentruntime.examples;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program in a process of its own, for one that handles signals. */
public final class ProgramProcess implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final BufferedReader output;
    private final List<String> lines = new ArrayList<>();

    private ProgramProcess(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
        // One that hangs is ended, or whoever reads what it says would wait for ever.
        process.onExit()
                .orTimeout(2 * PATIENCE_SECONDS, TimeUnit.SECONDS)
                .exceptionally(late -> process.destroyForcibly());
    }

    /**
     * Starts a program.
     *
     * @param unset variables of this process that it must not see
     * @param environment further variables
     * @param directory where it works
     * @param jvmOptions options for its JVM
     */
    public static ProgramProcess start(
            String program,
            Collection<String> unset,
            Map<String, String> environment,
            Path directory,
            String... jvmOptions)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(new File(System.getProperty("java.home"), "bin/java").getPath());
        command.addAll(List.of(jvmOptions));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), program));
        ProcessBuilder child =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        child.environment().keySet().removeAll(unset);
        child.environment().putAll(environment);
        return new ProgramProcess(child.start());
    }

    /** Reads on to the first line with this in it. */
    public void readTo(String part) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            lines.add(line);
            if (line.contains(part)) {
                return;
            }
        }
        throw new AssertionError("It ended without saying '" + part + "': " + lines);
    }

    /** What it has said so far. */
    public List<String> lines() {
        return lines;
    }

    /** Sends a signal, e.g. {@code TERM}. Process.destroy would close the output as well. */
    public void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    /** Waits for its end. */
    public int status() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("It has not ended: " + lines);
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
