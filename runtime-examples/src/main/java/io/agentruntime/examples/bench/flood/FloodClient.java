package io.agentruntime.examples.bench.flood;

import io.agentruntime.examples.bench.load.Client;
import io.agentruntime.examples.bench.load.Rounds;

/** The clients by their names, one in a JVM of its own. */
final class FloodClient {

    private FloodClient() {}

    private static Client named(String name, int port) {
        return switch (name) {
            case "ours" -> new OurClient(false, port);
            case "filtered" -> new OurClient(true, port);
            case "okhttp" -> new OkHttpTreeClient(port);
            case "raw" -> new RawClient(port);
            default -> throw new IllegalArgumentException("No client is named " + name);
        };
    }

    /** See {@link Rounds#play}. */
    public static void main(String[] args) throws InterruptedException {
        Rounds.play(FloodClient::named, args);
    }
}
