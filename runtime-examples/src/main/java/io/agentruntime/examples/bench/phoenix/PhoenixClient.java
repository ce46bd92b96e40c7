package io.agentruntime.examples.bench.phoenix;

import io.agentruntime.examples.bench.load.Client;
import io.agentruntime.examples.bench.load.Rounds;

/** The clients by their names, one in a JVM of its own. */
final class PhoenixClient {

    private PhoenixClient() {}

    private static Client named(String name, int port) {
        return switch (name) {
            case "ours" -> new OurClient(OurClient.Job.FLOOD, port);
            case "ours-objects" -> new OurClient(OurClient.Job.OBJECTS, port);
            case "ours-echo" -> new OurClient(OurClient.Job.ECHO, port);
            case "jpc" -> new JavaPhoenixClient(false, port);
            case "jpc-echo" -> new JavaPhoenixClient(true, port);
            default -> throw new IllegalArgumentException("No client is named " + name);
        };
    }

    /** See {@link Rounds#play}. */
    public static void main(String[] args) throws InterruptedException {
        Rounds.play(PhoenixClient::named, args);
    }
}
