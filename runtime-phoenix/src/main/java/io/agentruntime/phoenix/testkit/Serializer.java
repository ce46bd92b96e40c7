package io.agentruntime.phoenix.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The two text serializers, and V2's binary one. */
enum Serializer {
    /** {@code {topic, event, payload, ref}}; nothing binary. */
    V1,
    /** {@code [join_ref, ref, topic, event, payload]}, or binary. */
    V2;

    static final JsonMapper MAPPER = JsonMapper.builder().build();

    private static final int PUSH = 0;
    private static final int REPLY = 1;
    private static final int BROADCAST = 2;
    private static final int MAX_FIELD = 255;

    /** The message cannot be read; the socket's process crashes. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String what) {
            super(what);
        }
    }

    /** For {@code vsn}: absent is V1, as the server's own default; {@code null} for one that no serializer is for. */
    static @Nullable Serializer of(@Nullable String vsn) {
        if (vsn == null || vsn.matches("1\\.0\\.\\d+")) {
            return V1;
        }
        return vsn.matches("2\\.0\\.\\d+") ? V2 : null;
    }

    // Reading

    WireMessage decode(byte[] frame, boolean binary) throws MalformedException {
        if (binary) {
            return binary(frame);
        }
        JsonNode json = parse(frame);
        if (this == V2 && json.isArray() && json.size() >= 5) {
            return new WireMessage(
                    text(json.get(0), true),
                    text(json.get(1), true),
                    required(json.get(2)),
                    required(json.get(3)),
                    json.get(4));
        }
        if (this == V1 && json.isObject() && json.has("payload") && json.has("ref")) {
            return new WireMessage(
                    text(json.get("join_ref"), true),
                    text(json.get("ref"), true),
                    required(json.get("topic")),
                    required(json.get("event")),
                    json.get("payload"));
        }
        throw new MalformedException("no message of " + this);
    }

    private static JsonNode parse(byte[] frame) throws MalformedException {
        try {
            return MAPPER.readTree(frame);
        } catch (JacksonException e) {
            throw new MalformedException("no JSON");
        }
    }

    private static String required(@Nullable JsonNode node) throws MalformedException {
        String text = text(node, false);
        if (text == null) {
            throw new MalformedException("a field is missing");
        }
        return text;
    }

    private static @Nullable String text(@Nullable JsonNode node, boolean optional) throws MalformedException {
        if (node != null && node.isString()) {
            return node.stringValue();
        }
        if (optional && (node == null || node.isNull())) {
            return null;
        }
        throw new MalformedException("a field is no string");
    }

    private WireMessage binary(byte[] frame) throws MalformedException {
        int head = 5;
        if (this == V1 || frame.length < head || frame[0] != PUSH) {
            throw new MalformedException("no binary push");
        }
        String[] fields = new String[4];
        int at = head;
        for (int i = 0; i < fields.length; i++) {
            int length = frame[1 + i] & 0xFF;
            if (at + length > frame.length) {
                throw new MalformedException("a binary push is cut short");
            }
            fields[i] = new String(frame, at, length, StandardCharsets.UTF_8);
            at += length;
        }
        return new WireMessage(fields[0], fields[1], fields[2], fields[3], Arrays.copyOfRange(frame, at, frame.length));
    }

    // Writing

    String text(WireMessage message) {
        Object payload = message.payload() instanceof WireMessage.Response reply
                ? object("status", reply.status(), "response", reply.response())
                : message.payload();
        return this == V2
                ? MAPPER.writeValueAsString(
                        Arrays.asList(message.joinRef(), message.ref(), message.topic(), message.event(), payload))
                : MAPPER.writeValueAsString(object(
                        "ref", message.ref(),
                        "payload", payload,
                        "topic", message.topic(),
                        "event", message.event()));
    }

    byte[] binary(WireMessage message) {
        if (message.payload() instanceof WireMessage.Response reply && reply.response() instanceof byte[] data) {
            return binary(REPLY, data, message.joinRef(), message.ref(), message.topic(), reply.status());
        }
        byte[] data = (byte[]) message.payload();
        return message.joinRef() == null
                ? binary(BROADCAST, data, message.topic(), message.event())
                : binary(PUSH, data, message.joinRef(), message.topic(), message.event());
    }

    private static byte[] binary(int kind, byte @Nullable [] data, @Nullable String... fields) {
        ByteArrayOutputStream strings = new ByteArrayOutputStream();
        ByteBuffer head = ByteBuffer.allocate(1 + fields.length).put((byte) kind);
        for (String field : fields) {
            byte[] bytes = (field == null ? "" : field).getBytes(StandardCharsets.UTF_8);
            if (bytes.length > MAX_FIELD) {
                throw new IllegalArgumentException("A field of a binary message has " + bytes.length + " bytes");
            }
            head.put((byte) bytes.length);
            strings.writeBytes(bytes);
        }
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.writeBytes(head.array());
        frame.writeBytes(strings.toByteArray());
        frame.writeBytes(data == null ? new byte[0] : data);
        return frame.toByteArray();
    }

    /** An object of name and value in turn; a {@code null} value becomes JSON's. */
    static Map<String, @Nullable Object> object(@Nullable Object... namesAndValues) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return object;
    }
}
