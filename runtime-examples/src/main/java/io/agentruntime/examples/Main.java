package io.agentruntime.examples;

import java.util.List;
import java.util.Optional;

/** Starts a program by its name; without a name, the first one. */
public final class Main {

    /** In the order of the listing; the first one is the default. */
    private static final List<Program> PROGRAMS = List.of();

    private static final int FAILED = 1;
    private static final int UNKNOWN_PROGRAM = 2;

    private Main() {}

    /**
     * Prints {@code done: <what was shown>} as its last line and exits with 0 when the program showed what it
     * promises. Exits with 1 when it failed, with 2 when there is no program of that name.
     */
    public static void main(String[] args) {
        int status = run(args);
        System.out.flush();
        System.exit(status);
    }

    private static int run(String[] args) {
        Optional<Program> program = args.length == 0
                ? PROGRAMS.stream().findFirst()
                : PROGRAMS.stream().filter(p -> p.name().equals(args[0])).findFirst();
        if (program.isEmpty()) {
            listPrograms(args);
            return UNKNOWN_PROGRAM;
        }
        try {
            String shown = program.get().run();
            System.out.println("done: " + shown);
            return 0;
        } catch (Throwable e) {
            System.out.println("failed: " + program.get().name() + ": " + e);
            e.printStackTrace(System.out);
            return FAILED;
        }
    }

    private static void listPrograms(String[] args) {
        System.out.println(
                args.length == 0 ? "There is no program yet." : "There is no program named " + args[0] + ".");
        PROGRAMS.forEach(p -> System.out.printf("  %-16s %s%n", p.name(), p.summary()));
    }
}
