package io.agentruntime.examples.octavus;

import io.agentruntime.octavus.ChatChange;
import io.agentruntime.octavus.ChatMessage;
import io.agentruntime.octavus.MessagePart;
import io.agentruntime.octavus.ToolCallPart;
import io.agentruntime.octavus.TransportState;
import java.io.PrintStream;
import java.time.Duration;

/** Prints a chat as it goes. */
final class Terminal {

    private static final int LONGEST_LINE = 100;

    private final PrintStream out;
    private final long start = System.nanoTime();
    private final StringBuilder text = new StringBuilder();
    private int pieces;

    Terminal(PrintStream out) {
        this.out = out;
    }

    /** Begins a part of the story. */
    synchronized void title(String title) {
        out.println();
        out.println("== " + title);
    }

    synchronized void line(String who, String what) {
        double seconds = Duration.ofNanos(System.nanoTime() - start).toMillis() / 1_000.0;
        String printable = what.replaceAll("\\p{Cntrl}", " ");
        String shown = printable.length() <= LONGEST_LINE ? printable : printable.substring(0, LONGEST_LINE) + "...";
        out.printf("%6.2f s  %-7s %s%n", seconds, who, shown);
    }

    void state(TransportState state) {
        line(
                "socket",
                state.name()
                        + state.error().map(error -> ": " + error.getMessage()).orElse(""));
    }

    /** One small change; a text is printed when it has come to its end, with the number of pieces that it came in. */
    synchronized void change(ChatChange change) {
        if (change instanceof ChatChange.TextAppended appended) {
            text.append(appended.delta());
            pieces++;
        } else if (change instanceof ChatChange.MessageAdded added
                && added.message().role() == ChatMessage.Role.USER) {
            line("you", added.message().text());
        } else if (change instanceof ChatChange.MessageDone) {
            flush();
        } else if (change instanceof ChatChange.ToolsPending pending) {
            pending.calls()
                    .forEach(call -> line(
                            "agent",
                            "asks you to answer " + call.toolName()
                                    + call.args().text()));
        } else if (change instanceof ChatChange.PartChanged changed && changed.part() instanceof ToolCallPart call) {
            flush();
            line("tool", call.toolName() + " " + call.status());
        } else if (change instanceof ChatChange.PartAdded added && added.part() instanceof MessagePart.Text) {
            flush();
        } else if (change instanceof ChatChange.StatusChanged status) {
            line("chat", status.status().toString());
        }
    }

    private void flush() {
        if (!text.isEmpty()) {
            line("agent", text + "  (" + pieces + " pieces)");
            text.setLength(0);
            pieces = 0;
        }
    }
}
