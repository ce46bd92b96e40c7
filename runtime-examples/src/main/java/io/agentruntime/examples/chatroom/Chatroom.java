package io.agentruntime.examples.chatroom;

import io.agentruntime.examples.quickstart.Screen;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import reactor.core.publisher.Mono;

/** Starts the demo that the environment asks for. */
public final class Chatroom {

    /** The environment variable with a real server's address, e.g. {@code wss://example.com/socket}. */
    public static final String URL = "PHOENIX_URL";

    /** The environment variable with the topic to join there; {@value #DEFAULT_TOPIC} without it. */
    public static final String TOPIC = "PHOENIX_TOPIC";

    private static final String DEFAULT_TOPIC = "room:lobby";

    /** Every step has a limit of its own; this one is for what nobody thought of. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final Duration LISTENING = Duration.ofSeconds(10);

    private Chatroom() {}

    /**
     * Runs on the embedded server or, with {@value #URL} set, on a real one. Blocks until it is over, which is fine in a main
     * method and nowhere else.
     *
     * @return what was shown
     * @throws IllegalStateException when something that it claims did not happen
     */
    public static String run(Map<String, String> environment, PrintStream out) {
        Screen screen = new Screen(out);
        String url = environment.getOrDefault(URL, "");
        Mono<String> demo = url.isEmpty()
                ? new TwoGuests(screen).play()
                : new OneGuest(screen, LISTENING).visit(url, environment.getOrDefault(TOPIC, DEFAULT_TOPIC));
        return demo.blockOptional(LIMIT).orElseThrow();
    }
}
