package io.agentruntime.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the processes that a test starts hear of the system. */
public final class Signals {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String IGNORED = "SigIgn:";
    private static final long SIGINT = 1L << (2 - 1);

    private Signals() {}

    /**
     * Whether a child hears {@code SIGINT}. It does not where this process was told to ignore it, as a shell without job
     * control tells what it puts in the background: a JVM leaves a signal alone that it was started without.
     */
    public static boolean sigintIsHeard() throws IOException {
        if (!Files.exists(STATUS)) {
            return true;
        }
        List<String> lines = Files.readAllLines(STATUS);
        return lines.stream()
                .filter(line -> line.startsWith(IGNORED))
                .map(line -> line.substring(IGNORED.length()).strip())
                .noneMatch(mask -> (Long.parseUnsignedLong(mask, 16) & SIGINT) != 0);
    }
}
