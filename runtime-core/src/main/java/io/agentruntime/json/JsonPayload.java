package io.agentruntime.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;

/**
 * One JSON value that has been checked but not been read: the bytes as they came, read when someone asks, and each time
 * anew. Immutable; holds on to the frame or body it came in.
 *
 * <p>As a part of a larger value it is written as it is. {@link #toString()} shows its size only, for it may be private.
 */
public final class JsonPayload {

    private final JsonCodec codec;
    private final String what;
    private final byte[] bytes;
    private final int start;
    private final int end;

    /** @param bytes checked by {@link JsonScanner}; from {@code start} to {@code end} lies one value, no white space around it */
    JsonPayload(JsonCodec codec, String what, byte[] bytes, int start, int end) {
        this.codec = codec;
        this.what = what;
        this.bytes = bytes;
        this.start = start;
        this.end = end;
    }

    /**
     * This value as an object of a class.
     *
     * @throws io.agentruntime.error.DecodeException when it does not fit the class, or is {@code null}
     */
    @SuppressWarnings("unchecked") // a primitive class gives its wrapper, so that Class.cast would not do
    public <T> T as(Class<T> type) {
        return (T) codec.read(codec.mapper().constructType(type), what, bytes, start, end);
    }

    /**
     * This value as an object of a generic type.
     *
     * @throws io.agentruntime.error.DecodeException when it does not fit the type, or is {@code null}
     */
    @SuppressWarnings("unchecked") // the mapper answers what it is asked for
    public <T> T as(TypeReference<T> type) {
        return (T) codec.read(codec.mapper().constructType(type), what, bytes, start, end);
    }

    /**
     * This value as an object of a type known at run time.
     *
     * @throws io.agentruntime.error.DecodeException when it does not fit the type, or is {@code null}
     */
    public Object as(JavaType type) {
        return codec.read(type, what, bytes, start, end);
    }

    /** This value as Jackson's tree, unknown fields included; a JSON {@code null} is Jackson's null node. */
    public JsonNode tree() {
        return codec.readTree(what, bytes, start, end);
    }

    /** The JSON text as it came. */
    @JsonValue
    @JsonRawValue
    public String text() {
        return new String(bytes, start, end - start, UTF_8);
    }

    /** The size of the JSON text in bytes. */
    public int size() {
        return end - start;
    }

    /** Whether it is an object. */
    public boolean isObject() {
        return bytes[start] == '{';
    }

    /** Whether it is an array. */
    public boolean isArray() {
        return bytes[start] == '[';
    }

    /** Whether it is {@code null}. */
    public boolean isNull() {
        return bytes[start] == 'n';
    }

    /**
     * One field of this object, without reading the others; of two with the same name the first. Empty when there is none,
     * or this is no object. A field that is {@code null} is present: ask {@link #isNull()}.
     */
    public Optional<JsonPayload> field(String name) {
        JsonScanner scanner = find(name);
        if (scanner == null) {
            return Optional.empty();
        }
        return Optional.of(value(scanner));
    }

    /**
     * The text of one string field of this object, without reading the others; of two with the same name the first.
     * {@code null} when there is none, when it is no string, or this is no object.
     */
    public @Nullable String string(String name) {
        JsonScanner scanner = find(name);
        return scanner != null && scanner.atString() ? scanner.string() : null;
    }

    /**
     * String fields of this object, found in one pass; quickest when they come in the order of {@code names}. Of two with the
     * same name the last counts.
     *
     * @return {@code null} when one of them is something else than a string or {@code null}, or this is no object
     */
    public @Nullable JsonTexts texts(JsonName... names) {
        if (!isObject()) {
            return null;
        }
        int[] spans = new int[2 * names.length];
        return find(new JsonScanner(what, bytes, start, end), names, spans) ? new JsonTexts(bytes, spans) : null;
    }

    /** Finds string fields of the object that stands there; false, in its midst, when one of them is no string. */
    static boolean find(JsonScanner scanner, JsonName[] names, int[] spans) {
        int expected = 0;
        scanner.startObject();
        while (scanner.nextMember()) {
            int field = scanner.nameIn(names, expected);
            if (field < 0) {
                scanner.skipValue();
            } else if (scanner.atString()) {
                scanner.string(spans, field);
                expected = field + 1;
            } else if (scanner.atNull()) {
                spans[2 * field + 1] = 0;
                scanner.skipValue();
                expected = field + 1;
            } else {
                return false;
            }
        }
        return true;
    }

    /** The fields of this object in their order; of two with the same name the last. Empty when this is no object. */
    public Map<String, JsonPayload> fields() {
        Map<String, JsonPayload> fields = new LinkedHashMap<>();
        if (isObject()) {
            JsonScanner scanner = new JsonScanner(what, bytes, start, end);
            scanner.startObject();
            while (scanner.nextMember()) {
                fields.put(scanner.name(), value(scanner));
            }
        }
        return fields;
    }

    /** The elements of this array. Empty when this is no array. */
    public List<JsonPayload> elements() {
        List<JsonPayload> elements = new ArrayList<>();
        if (isArray()) {
            JsonScanner scanner = new JsonScanner(what, bytes, start, end);
            scanner.startArray();
            while (scanner.nextElement()) {
                elements.add(value(scanner));
            }
        }
        return elements;
    }

    private JsonPayload value(JsonScanner scanner) {
        int valueStart = scanner.skipValue();
        return new JsonPayload(codec, what, bytes, valueStart, scanner.position());
    }

    private @Nullable JsonScanner find(String name) {
        if (!isObject()) {
            return null;
        }
        JsonScanner scanner = new JsonScanner(what, bytes, start, end);
        JsonName wanted = JsonName.of(name);
        scanner.startObject();
        while (scanner.nextMember()) {
            if (scanner.nameIs(wanted)) {
                return scanner;
            }
            scanner.skipValue();
        }
        return null;
    }

    /** Whether the other holds the same bytes: the same value written differently is not equal. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JsonPayload that && Arrays.equals(bytes, start, end, that.bytes, that.start, that.end);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + bytes[i];
        }
        return hash;
    }

    @Override
    public String toString() {
        return "JsonPayload[" + size() + " bytes]";
    }
}
