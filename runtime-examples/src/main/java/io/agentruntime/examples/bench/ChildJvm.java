package io.agentruntime.examples.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A fresh JVM with the class path of this one. It answers in {@link Report}s and is told things in lines; whatever else it
 * prints is passed on. It ends when it is closed, at the latest with this process: see {@link Parent}.
 */
public final class ChildJvm implements AutoCloseable {

    private static final Duration PATIENCE_AT_THE_END = Duration.ofSeconds(5);

    private final String name;
    private final Process process;
    private final Writer input;
    private final BlockingQueue<Optional<Report>> reports = new LinkedBlockingQueue<>();

    private ChildJvm(String name, Process process, PrintStream out) {
        this.name = name;
        this.process = process;
        this.input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        Thread reader = new Thread(() -> read(out), "output of " + name);
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts a JVM.
     *
     * @param name what it is, for messages
     * @param out where goes what it prints besides reports
     * @param options JVM options
     * @param main the class whose {@code main} it runs
     * @param args the arguments of that
     */
    public static ChildJvm start(String name, PrintStream out, List<String> options, Class<?> main, Object... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-cp");
        command.add(classPath());
        command.add(main.getName());
        for (Object arg : args) {
            command.add(String.valueOf(arg));
        }
        try {
            return new ChildJvm(
                    name, new ProcessBuilder(command).redirectErrorStream(true).start(), out);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " did not start", e);
        }
    }

    /** Maven's exec:java runs programs in its own JVM, from a class loader that knows the class path. */
    private static String classPath() {
        if (!(ChildJvm.class.getClassLoader() instanceof URLClassLoader loader)) {
            return System.getProperty("java.class.path");
        }
        List<String> entries = new ArrayList<>();
        for (URL url : loader.getURLs()) {
            try {
                URI uri = url.toURI();
                entries.add(Path.of(uri).toString());
            } catch (URISyntaxException e) {
                throw new IllegalStateException("The class path has an entry that is no file: " + url, e);
            }
        }
        return String.join(File.pathSeparator, entries);
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
