package io.agentruntime.examples.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** What a child process hears of its parent. When the parent ends, however it ends, so does the child. */
public final class Parent {

    private Parent() {}

    /**
     * Hands the parent's lines on, one after the other, and ends this process after the last. A line whose handling fails
     * is the last.
     */
    public static void obey(Consumer<String> commands) {
        int status = 0;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                commands.accept(line);
            }
        } catch (IOException | RuntimeException e) {
            e.printStackTrace(System.out);
            status = 1;
        }
        System.out.flush();
        Runtime.getRuntime().halt(status);
    }

    /** Ends this process with its parent, while it is busy with something else. */
    public static void endWithIt() {
        Thread listener = new Thread(() -> obey(line -> {}), "parent");
        listener.setDaemon(true);
        listener.start();
    }
}
