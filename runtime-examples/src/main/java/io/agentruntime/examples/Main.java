package io.agentruntime.examples;

import io.agentruntime.examples.bench.fleet.Fleet;
import io.agentruntime.examples.bench.flood.Flood;
import io.agentruntime.examples.bench.flood.Overhead;
import io.agentruntime.examples.bench.octavus.OctavusBench;
import io.agentruntime.examples.bench.phoenix.PhoenixBench;
import io.agentruntime.examples.chatroom.Chatroom;
import io.agentruntime.examples.codebolt.Codebolt;
import io.agentruntime.examples.octavus.OctavusDemo;
import io.agentruntime.examples.plugin.PluginDemo;
import io.agentruntime.examples.quickstart.Quickstart;
import io.agentruntime.examples.service.Service;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts a program by its name; without a name, the first one. */
public final class Main {

    /** In the order of the listing; the first one is the default. */
    private static final List<Program> PROGRAMS = List.of(
            new Program(
                    "quickstart",
                    "two agents talk, lose their gateway, reconnect and go on; or one agent on a real gateway",
                    Quickstart::run),
            new Program(
                    "codebolt",
                    "a channel plugin bridges a chat platform, loses its server, reconnects, and stops at SIGTERM; or on a real server",
                    Codebolt::run),
            new Program(
                    "plugin",
                    "a plugin for the Atomemo platform serves every request of its hub, over a drop, until SIGTERM; or on a real hub",
                    PluginDemo::run),
            new Program(
                    "octavus",
                    "a chat with an agent over WebSocket, SockJS and polling; or with one on a real server",
                    OctavusDemo::run),
            new Program(
                    "chatroom",
                    "two clients in a room of a Phoenix server, over a crash and a restart; or one on a real server",
                    Chatroom::run),
            new Program(
                    "service",
                    "a Spring WebFlux service with a page that shows a fleet of agents live; with --demo: a tour of it",
                    Service::run),
            new Program(
                    "flood",
                    "how many events a second one connection takes in, against OkHttp and bare Reactor Netty",
                    (environment, out) -> Flood.run(out)),
            new Program(
                    "overhead", "what meters and observations cost the flood", (environment, out) -> Overhead.run(out)),
            new Program(
                    "fleet",
                    "5,000 runtimes in one process, and how they come back when their gateway dies",
                    (environment, out) -> Fleet.run(out)),
            new Program(
                    "octavus-bench",
                    "what 100,000 pieces of text cost a chat, beside the platform's client on Node",
                    (environment, out) -> OctavusBench.run(out)),
            new Program(
                    "phoenix",
                    "events and echoes over one Phoenix channel, against JavaPhoenixClient and phoenix.js",
                    (environment, out) -> PhoenixBench.run(out)));

    private static final int FAILED = 1;
    private static final int UNKNOWN_PROGRAM = 2;

    private Main() {}

    /**
     * Prints {@code done: <what was shown>} as its last line and exits with 0 when the program showed what it
     * promises. Exits with 1 when it failed, with 2 when there is no program of that name.
     */
    public static void main(String[] args) {
        int status = run(args, System.getenv(), System.out);
        System.out.flush();
        System.exit(status);
    }

    static int run(String[] args, Map<String, String> environment, PrintStream out) {
        Optional<Program> program = args.length == 0
                ? PROGRAMS.stream().findFirst()
                : PROGRAMS.stream().filter(p -> p.name().equals(args[0])).findFirst();
        if (program.isEmpty()) {
            listPrograms(args, out);
            return UNKNOWN_PROGRAM;
        }
        List<String> options = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
        try {
            String shown = program.get().job().run(options, environment, out);
            out.println("done: " + shown);
            return 0;
        } catch (Throwable e) {
            out.println("failed: " + program.get().name() + ": " + e);
            e.printStackTrace(out);
            return FAILED;
        }
    }

    private static void listPrograms(String[] args, PrintStream out) {
        out.println("There is no program named " + args[0] + ".");
        PROGRAMS.forEach(p -> out.printf("  %-16s %s%n", p.name(), p.summary()));
    }
}
