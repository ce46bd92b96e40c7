package io.agentruntime.phoenix.testkit;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * What travels, apart from its serializer.
 *
 * @param payload anything Jackson writes; {@code byte[]} for a binary one
 */
record WireMessage(
        @Nullable String joinRef,
        @Nullable String ref,
        String topic,
        String event,
        @Nullable Object payload) {

    static final String REPLY = "phx_reply";
    static final Map<String, Object> EMPTY = Map.of();

    /** What a reply carries; a binary response makes the whole message binary. */
    record Response(String status, @Nullable Object response) {}

    static WireMessage push(@Nullable String joinRef, String topic, String event, @Nullable Object payload) {
        return new WireMessage(joinRef, null, topic, event, payload);
    }

    static WireMessage broadcast(String topic, String event, @Nullable Object payload) {
        return new WireMessage(null, null, topic, event, payload);
    }

    static WireMessage reply(
            @Nullable String joinRef, @Nullable String ref, String topic, String status, @Nullable Object response) {
        return new WireMessage(joinRef, ref, topic, REPLY, new Response(status, response));
    }

    /** {@code phx_close} or {@code phx_error}: the ref is the join's. */
    static WireMessage end(@Nullable String joinRef, String topic, boolean crashed) {
        return new WireMessage(joinRef, joinRef, topic, crashed ? "phx_error" : "phx_close", EMPTY);
    }

    /** The payload of a message that was received; missing when it is binary. */
    JsonNode json() {
        return payload instanceof JsonNode json ? json : MissingNode.getInstance();
    }

    boolean isBinary() {
        return (payload instanceof Response reply ? reply.response() : payload) instanceof byte[];
    }
}
