package io.agentruntime.phoenix;

import io.agentruntime.error.DecodeException;
import io.agentruntime.json.JsonPayload;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A message from the server, its header read and its payload not. Immutable. */
public final class PhoenixMessage {

    static final String REPLY = "phx_reply";
    static final String ERROR = "phx_error";
    static final String CLOSE = "phx_close";
    static final String JOIN = "phx_join";
    static final String LEAVE = "phx_leave";

    private final @Nullable String joinRef;
    private final @Nullable String ref;
    private final String topic;
    private final String event;
    private final Payload payload;
    private final @Nullable String binaryStatus;

    private PhoenixMessage(
            @Nullable String joinRef,
            @Nullable String ref,
            String topic,
            String event,
            Payload payload,
            @Nullable String binaryStatus) {
        this.joinRef = joinRef;
        this.ref = ref;
        this.topic = topic;
        this.event = event;
        this.payload = payload;
        this.binaryStatus = binaryStatus;
    }

    static PhoenixMessage of(
            @Nullable String joinRef, @Nullable String ref, String topic, String event, Payload payload) {
        return new PhoenixMessage(joinRef, ref, topic, event, payload, null);
    }

    static PhoenixMessage binaryReply(
            @Nullable String joinRef, @Nullable String ref, String topic, String status, Payload payload) {
        return new PhoenixMessage(joinRef, ref, topic, REPLY, payload, status);
    }

    /** The join that it belongs to; {@code null} in broadcasts, and in every message of version 1. */
    public @Nullable String joinRef() {
        return joinRef;
    }

    /** The push that it answers, in replies. */
    public @Nullable String ref() {
        return ref;
    }

    /** The topic. */
    public String topic() {
        return topic;
    }

    /** The event; {@code phx_...} are the protocol's own. */
    public String event() {
        return event;
    }

    /** What it carries. */
    public Payload payload() {
        return payload;
    }

    /** The reply, when this is one. Errors: {@link DecodeException} when its payload is not that of a reply. */
    public Optional<Reply> reply() {
        return event.equals(REPLY) ? Optional.of(readReply()) : Optional.empty();
    }

    private Reply readReply() {
        if (binaryStatus != null) {
            return new Reply(binaryStatus, payload);
        }
        JsonPayload json = payload.json();
        String status = json.string("status");
        if (status == null) {
            throw new DecodeException("phx_reply", "field 'status' is no string", "", null);
        }
        return new Reply(status, json.field("response").map(Payload::json).orElseGet(Payload::nothing));
    }

    /** Without the payload, for it may be private. */
    @Override
    public String toString() {
        return "PhoenixMessage[" + joinRef + ", " + ref + ", " + topic + ", " + event + "]";
    }
}
