package io.agentruntime.examples.bench.phoenix;

import io.agentruntime.examples.bench.load.Frames;
import io.agentruntime.examples.bench.load.Tally;
import java.util.Map;

/** What is said in the room, as JSON of about 150 bytes. */
record Shout(String id, String from, String at, String body, String client) {

    static final String TOPIC = "room:flood";
    static final String EVENT = "shout";

    /** The push with which a client asks for a round of shouts. */
    static final String FLOOD = "flood";

    /** The push that is answered with what it carries. */
    static final String ECHO = "echo";

    private static final String AT = "2026-02-01T12:00:00.000Z";
    private static final String CLIENT = "the load server of runtime-examples";

    static Shout of(int i) {
        return new Shout(id(i), "bob", AT, Frames.content(i % Frames.COUNT), CLIENT);
    }

    static Map<String, Object> map(int i) {
        Shout shout = of(i);
        return Map.of("id", shout.id, "from", shout.from, "at", shout.at, "body", shout.body, "client", shout.client);
    }

    static String json(int i) {
        return "{\"id\":\"" + id(i) + "\",\"from\":\"bob\",\"at\":\"" + AT + "\",\"body\":\"" + Frames.contentInJson(i)
                + "\",\"client\":\"" + CLIENT + "\"}";
    }

    private static String id(int i) {
        return "message-" + (1_000_000 + i);
    }

    /** The sum over the texts of so many echoes. */
    static int checksum(int echoes) {
        int sum = 0;
        for (int i = 0; i < echoes; i++) {
            sum = Tally.add(sum, Frames.content(i % Frames.COUNT).hashCode());
        }
        return sum;
    }
}
