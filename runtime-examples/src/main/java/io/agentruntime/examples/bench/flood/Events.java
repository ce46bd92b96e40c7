package io.agentruntime.examples.bench.flood;

import io.agentruntime.examples.bench.load.Frames;
import java.util.Locale;

/** The gateway's events. Each message has all fields of a {@code channel.message}, with ids shorter than the gateway's own,
 * which makes about 330 bytes. */
final class Events {

    static final String CHANNEL = "ch-00042";

    /** What tells a client that does not count that a round is over. */
    static final String END_TYPE = "flood.end";

    static final String WELCOME = event("connection.state", "{\"state\":\"connected\",\"agentId\":\"agent-1\"}");

    private Events() {}

    static Frames frames() {
        return new Frames(i -> event("channel.message", message(i)));
    }

    static String event(String type, String data) {
        return "{\"type\":\"" + type + "\",\"timestamp\":\"2026-02-01T12:00:00.000Z\",\"data\":" + data + "}";
    }

    private static String message(int i) {
        return String.format(
                Locale.ROOT,
                "{\"channelId\":\"%s\",\"channelSlug\":\"lobby\",\"channelName\":\"Lobby\",\"channelType\":\"custom\","
                        + "\"messageId\":\"msg-%06d\",\"from\":\"0x%016x\",\"fromAgentId\":\"agent-%04d\",\"fromName\":\"bob\","
                        + "\"content\":\"%s\",\"messageType\":\"text\",\"signature\":null}",
                CHANNEL,
                i,
                0x19E7E376E7C213B7L + i,
                i % 97,
                Frames.contentInJson(i));
    }
}
