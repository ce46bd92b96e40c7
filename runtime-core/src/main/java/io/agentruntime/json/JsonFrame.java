package io.agentruntime.json;

import org.jspecify.annotations.Nullable;

/** A frame whose header has been read and whose payload has not. Immutable. */
public final class JsonFrame {

    private final String[] names;
    private final @Nullable String[] values;
    private final JsonPayload payload;
    private final JsonPayload whole;

    JsonFrame(String[] names, @Nullable String[] values, JsonPayload payload, JsonPayload whole) {
        this.names = names;
        this.values = values;
        this.payload = payload;
        this.whole = whole;
    }

    /**
     * The value of a header field, {@code null} when it was {@code null} or absent.
     *
     * @throws IllegalArgumentException when the {@link FrameReader} was not told of the field
     */
    public @Nullable String header(String name) {
        return values[index(name)];
    }

    /**
     * The value of a required header field.
     *
     * @throws IllegalArgumentException when the {@link FrameReader} was not told that the field is required
     */
    public String required(String name) {
        String value = values[index(name)];
        if (value == null) {
            throw new IllegalArgumentException("Field '" + name + "' is optional");
        }
        return value;
    }

    private int index(String name) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                return i;
            }
        }
        throw new IllegalArgumentException("Field '" + name + "' is not a header field of this reader");
    }

    /** The payload field; the whole frame when the protocol has no such field, or the frame lacks it. */
    public JsonPayload payload() {
        return payload;
    }

    /** The whole frame, with the fields that nobody named. */
    public JsonPayload whole() {
        return whole;
    }

    /** Its size only, for it may be private. */
    @Override
    public String toString() {
        return "JsonFrame[" + whole.size() + " bytes]";
    }
}
