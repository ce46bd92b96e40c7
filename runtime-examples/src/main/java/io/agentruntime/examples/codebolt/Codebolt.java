package io.agentruntime.examples.codebolt;

import io.agentruntime.examples.quickstart.Screen;
import io.agentruntime.examples.quickstart.Signals;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;

/** Starts the demo that the environment asks for. */
public final class Codebolt {

    /** The environment variable with a real server's address. */
    public static final String SERVER_URL = "CODEBOLT_SERVER_URL";

    /** The environment variable with the agent that a real server is to route to. */
    public static final String AGENT_ID = "CODEBOLT_AGENT_ID";

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration LISTENING = Duration.ofMinutes(1);

    private Codebolt() {}

    /**
     * Runs on the embedded server or, with {@value #SERVER_URL}, {@code pluginId} and {@code pluginToken} set, on a real one.
     * Blocks until it is over, which is fine in a main method and nowhere else.
     *
     * @return what was shown
     * @throws IllegalStateException when something that it claims did not happen
     */
    public static String run(Map<String, String> environment, PrintStream out) {
        Screen screen = new Screen(out);
        if (environment.getOrDefault(SERVER_URL, "").isEmpty()) {
            return new EmbeddedStory(screen, Signals.raise("TERM"))
                    .play()
                    .blockOptional(LIMIT)
                    .orElseThrow();
        }
        if (!environment.containsKey("pluginId") || !environment.containsKey("pluginToken")) {
            throw new IllegalStateException("Set pluginId and pluginToken too, as the server has assigned them");
        }
        return new RealServer(screen, LISTENING).visit(environment, environment.getOrDefault(AGENT_ID, "default"));
    }
}
