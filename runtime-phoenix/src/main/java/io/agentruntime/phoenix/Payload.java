package io.agentruntime.phoenix;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agentruntime.error.DecodeException;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/** What a message or reply carries: JSON that is read when someone asks, or bytes. Immutable. */
public final class Payload {

    private static final byte[] NO_DATA = {};
    private static final Payload NULL = json(JsonCodec.create().payload("payload", "null".getBytes(UTF_8)));

    private final @Nullable JsonPayload json;
    private final byte[] data;

    private Payload(@Nullable JsonPayload json, byte[] data) {
        this.json = json;
        this.data = data;
    }

    static Payload json(JsonPayload json) {
        return new Payload(json, NO_DATA);
    }

    /** The array is not copied. */
    static Payload binary(byte[] data) {
        return new Payload(null, data);
    }

    /** JSON's {@code null}. */
    static Payload nothing() {
        return NULL;
    }

    /** Whether it came as bytes, in a binary frame. */
    public boolean isBinary() {
        return json == null;
    }

    /** Whether it is JSON's {@code null}. */
    public boolean isNull() {
        return json != null && json.isNull();
    }

    /** The JSON, unread. Errors: {@link DecodeException} when this is binary. */
    public JsonPayload json() {
        if (json == null) {
            throw new DecodeException("payload", "it is binary, JSON is wanted", "", null);
        }
        return json;
    }

    /** The bytes, read-only and without a copy. Errors: {@link DecodeException} when this is JSON. */
    public ByteBuffer bytes() {
        if (json != null) {
            throw new DecodeException("payload", "it is JSON, bytes are wanted", "", null);
        }
        return ByteBuffer.wrap(data).asReadOnlyBuffer();
    }

    /**
     * The payload as an object of a class; bytes as {@code byte[]} (a copy) or {@link ByteBuffer}.
     *
     * @throws DecodeException when it does not fit the class, or is {@code null}
     */
    @SuppressWarnings("unchecked") // the branches give what the class asks for
    public <T> T as(Class<T> type) {
        if (type == byte[].class) {
            byte[] copy = new byte[bytes().remaining()];
            bytes().get(copy);
            return (T) copy;
        }
        return type == ByteBuffer.class ? (T) bytes() : json().as(type);
    }

    /**
     * The payload as an object of a generic type.
     *
     * @throws DecodeException when it does not fit the type, is {@code null}, or binary
     */
    public <T> T as(TypeReference<T> type) {
        return json().as(type);
    }

    /** Its size only, for it may be private. */
    @Override
    public String toString() {
        return json == null ? "Payload[" + data.length + " bytes, binary]" : "Payload[" + json.size() + " bytes]";
    }
}
