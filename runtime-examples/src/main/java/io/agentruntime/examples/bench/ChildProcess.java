package io.agentruntime.examples.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process that answers in {@link Report}s and is told things in lines; whatever else it prints is passed on. It ends when it
 * is closed, at the latest with this process: see {@link Parent}.
 */
public class ChildProcess implements AutoCloseable {

    private static final Duration PATIENCE_AT_THE_END = Duration.ofSeconds(5);

    private final String name;
    private final Process process;
    private final Writer input;
    private final BlockingQueue<Optional<Report>> reports = new LinkedBlockingQueue<>();

    /**
     * Starts a process.
     *
     * @param name what it is, for messages
     * @param out where goes what it prints besides reports
     * @param directory where it works; {@code null} for where this one does
     */
    public ChildProcess(String name, PrintStream out, @Nullable Path directory, List<String> command) {
        this.name = name;
        try {
            this.process = new ProcessBuilder(command)
                    .directory(directory == null ? null : directory.toFile())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " did not start", e);
        }
        this.input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        Thread reader = new Thread(() -> read(out), "output of " + name);
        reader.setDaemon(true);
        reader.start();
    }

    private void read(PrintStream out) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(Report.MARK)) {
                    reports.add(Optional.of(Report.parse(line)));
                } else {
                    out.println(name + ": " + line);
                }
            }
        } catch (IOException e) {
            out.println(name + ": its output broke off: " + e.getMessage());
        } finally {
            reports.add(Optional.empty());
        }
    }

    /** The next report, which must begin with this word and come within a time limit. */
    public Report await(String word, Duration limit) throws InterruptedException {
        Optional<Report> next = reports.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (next == null) {
            throw new IllegalStateException(name + " did not report '" + word + "' within " + limit.toSeconds() + " s");
        }
        Report report =
                next.orElseThrow(() -> new IllegalStateException(name + " ended before it reported '" + word + "'"));
        if (!report.word().equals(word)) {
            throw new IllegalStateException(name + " reported '" + report + "' where '" + word + "' was expected");
        }
        return report;
    }

    /** So many reports in a row that begin with this word, each within a time limit. */
    public List<Report> awaitMany(String word, int count, Duration limit) throws InterruptedException {
        List<Report> many = new ArrayList<>();
        while (many.size() < count) {
            many.add(await(word, limit));
        }
        return many;
    }

    /** Tells it something. */
    public void tell(String line) {
        try {
            input.write(line);
            input.write('\n');
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " does not listen any more", e);
        }
    }

    /** Ends it, by force if it does not end by itself. */
    @Override
    public void close() {
        try (Writer closed = input) {
            closed.flush();
        } catch (IOException e) {
            // It has ended already.
        }
        try {
            if (!process.waitFor(PATIENCE_AT_THE_END.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
