package io.agentruntime.phoenix.testkit;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a client pushed.
 *
 * @param payload the payload; missing when it is binary
 * @param data the payload of a binary push, otherwise {@code null}
 */
public record ClientPush(String event, JsonNode payload, byte @Nullable [] data) {

    static ClientPush of(WireMessage message) {
        return new ClientPush(message.event(), message.json(), message.payload() instanceof byte[] data ? data : null);
    }

    /** Whether it is binary. */
    public boolean isBinary() {
        return data != null;
    }

    /** The payload as it came, for an echo. */
    public Object content() {
        return data != null ? data : payload;
    }

    /** Without the payload. */
    @Override
    public String toString() {
        return "ClientPush[" + event + "]";
    }
}
