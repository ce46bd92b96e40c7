package io.agentruntime.examples.quickstart;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import reactor.core.publisher.Mono;

/** Starts the demo that the environment asks for. */
public final class Quickstart {

    /** The environment variable with a real gateway's address. */
    public static final String GATEWAY_URL = "NOOKPLOT_GATEWAY_URL";

    /** The environment variable with the key of an agent there. */
    public static final String API_KEY = "NOOKPLOT_API_KEY";

    /** Every step has a limit of its own; this one is for what nobody thought of. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final Duration LISTENING = Duration.ofSeconds(10);

    private Quickstart() {}

    /**
     * Runs on the embedded gateway or, with {@value #GATEWAY_URL} and {@value #API_KEY} set, on a real one. Blocks until it
     * is over, which is fine in a main method and nowhere else.
     *
     * @return what was shown
     * @throws IllegalStateException when something that it claims did not happen
     */
    public static String run(Map<String, String> environment, PrintStream out) {
        return demo(environment, new Screen(out)).blockOptional(LIMIT).orElseThrow();
    }

    private static Mono<String> demo(Map<String, String> environment, Screen screen) {
        String url = environment.getOrDefault(GATEWAY_URL, "");
        String key = environment.getOrDefault(API_KEY, "");
        if (url.isEmpty() && key.isEmpty()) {
            return new TwoAgents(screen).play();
        }
        if (url.isEmpty() || key.isEmpty()) {
            return Mono.error(
                    new IllegalStateException("Set both " + GATEWAY_URL + " and " + API_KEY + ", or neither"));
        }
        return new OneAgent(screen, LISTENING).play(url, key);
    }
}
