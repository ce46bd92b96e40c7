package io.agentruntime.examples.quickstart;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Failed;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import java.io.PrintStream;
import java.time.Duration;

/** Where the progress is printed: the time since the start, who it is about, what happened. */
public final class Screen {

    private static final int LONGEST_LINE = 400;

    private final PrintStream out;
    private final long start = System.nanoTime();

    /** Prints there. */
    public Screen(PrintStream out) {
        this.out = out;
    }

    /** Begins a part of the story. */
    public void title(String text) {
        out.println();
        out.println("== " + text);
    }

    /** Something happened to somebody. */
    public void line(String who, String what) {
        double seconds = Duration.ofNanos(System.nanoTime() - start).toMillis() / 1_000.0;
        out.printf("%6.2f s  %-8s %s%n", seconds, who, what);
    }

    /** Somebody's connection is in a new state. */
    public void state(String who, ConnectionState state) {
        line(who, describe(state));
    }

    private static String describe(ConnectionState state) {
        if (state instanceof Connected connected) {
            return "connected, session " + shortened(connected.session().sessionId(), 12);
        }
        if (state instanceof Reconnecting retry) {
            return "reconnecting, attempt " + retry.attempt() + " in "
                    + retry.delay().toMillis() + " ms: " + retry.cause().getMessage();
        }
        if (state instanceof Failed failed) {
            return "failed: " + failed.cause().getMessage();
        }
        return state.name();
    }

    /** A text of somebody else, fit to be printed: one line, no control characters, not too long. */
    public static String quoted(String text) {
        return '"' + shortened(text.replaceAll("\\p{Cntrl}", " "), LONGEST_LINE) + '"';
    }

    private static String shortened(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "...";
    }
}
