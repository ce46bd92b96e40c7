package io.agentruntime.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.EncodeException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.ByteBufUtil;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.exc.ValueInstantiationException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/**
 * Reads and writes JSON for every protocol, with one Jackson mapper. Immutable and safe for use by many threads.
 *
 * <p>What is read is checked strictly first, whatever the mapper would allow: UTF-8 only, without a byte order mark; no
 * comments or other extensions; nothing after the document; objects and arrays at most 200 deep; numbers of at most 1,000
 * characters.
 */
public final class JsonCodec {

    private static final JsonCodec DEFAULT = new JsonCodec(defaultMapper());

    private final JsonMapper mapper;

    private JsonCodec(JsonMapper mapper) {
        this.mapper = mapper;
    }

    /**
     * The codec with the default mapper: unknown properties are ignored, absent ones and {@code null} leave a primitive at
     * its default, a number or boolean is not taken for text, {@code null} properties are not written, {@code java.time}
     * values are ISO-8601 text.
     */
    public static JsonCodec create() {
        return DEFAULT;
    }

    /** A codec with a mapper of one's own. */
    public static JsonCodec of(JsonMapper mapper) {
        return new JsonCodec(mapper);
    }

    private static JsonMapper defaultMapper() {
        StreamReadConstraints constraints = StreamReadConstraints.builder()
                .maxNestingDepth(JsonScanner.MAX_DEPTH)
                .maxNumberLength(JsonScanner.MAX_NUMBER_LENGTH)
                .build();
        return forProtocols(JsonMapper.builder(
                JsonFactory.builder().streamReadConstraints(constraints).build()));
    }

    /**
     * A mapper of an application, with its modules and formats, but with the rules of {@link #create()} and the names of
     * properties as they are: an application's taste in names must not change what is on the wire.
     */
    public static JsonMapper adapt(JsonMapper application) {
        return forProtocols(application
                .rebuild()
                .propertyNamingStrategy(PropertyNamingStrategies.LOWER_CAMEL_CASE)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.UNWRAP_ROOT_VALUE)
                .disable(SerializationFeature.WRAP_ROOT_VALUE, SerializationFeature.INDENT_OUTPUT));
    }

    private static JsonMapper forProtocols(JsonMapper.Builder mapper) {
        return mapper.disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .withCoercionConfig(
                        LogicalType.Textual,
                        text -> text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail))
                .changeDefaultPropertyInclusion(inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
                .build();
    }

    /** The mapper that reads and writes. */
    public JsonMapper mapper() {
        return mapper;
    }

    /**
     * Writes a value straight into a new buffer, which the caller releases.
     *
     * @throws EncodeException when the value cannot be written; no buffer is left then
     */
    public ByteBuf encode(Object value, ByteBufAllocator allocator) {
        ByteBuf buffer = allocator.buffer();
        try {
            mapper.writeValue((OutputStream) new ByteBufOutputStream(buffer), value);
            return buffer;
        } catch (RuntimeException e) {
            buffer.release();
            throw new EncodeException(value.getClass(), e);
        } catch (Error e) {
            buffer.release();
            throw e;
        }
    }

    /**
     * Writes an array of values straight into a new buffer, which the caller releases.
     *
     * @throws EncodeException when a value cannot be written; no buffer is left then
     */
    public ByteBuf encodeArray(ByteBufAllocator allocator, @Nullable Object... elements) {
        ByteBuf buffer = allocator.buffer();
        @Nullable Object current = null;
        try (JsonGenerator json = mapper.createGenerator((OutputStream) new ByteBufOutputStream(buffer))) {
            json.writeStartArray();
            for (@Nullable Object element : elements) {
                current = element;
                if (element instanceof String text) {
                    json.writeString(text);
                } else {
                    mapper.writeValue(json, element);
                }
            }
            json.writeEndArray();
        } catch (RuntimeException e) {
            buffer.release();
            throw new EncodeException(current == null ? Object[].class : current.getClass(), e);
        } catch (Error e) {
            buffer.release();
            throw e;
        }
        return buffer;
    }

    /**
     * Writes a value.
     *
     * @throws EncodeException when the value cannot be written
     */
    public byte[] encode(Object value) {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (RuntimeException e) {
            throw new EncodeException(value.getClass(), e);
        }
    }

    /**
     * Checks a document and keeps it for later. The array is not copied: do not change it.
     *
     * @param what what the document is, for errors, e.g. {@code answer to GET /v1/channels}
     * @throws DecodeException when it is not one valid JSON document
     */
    public JsonPayload payload(String what, byte[] json) {
        new JsonScanner(what, json, 0, json.length).document();
        return trimmed(what, json);
    }

    /**
     * Copies a document, checks it and keeps it for later. The buffer is neither changed nor retained.
     *
     * @param what what the document is, for errors
     * @throws DecodeException when it is not one valid JSON document
     */
    public JsonPayload payload(String what, ByteBuf json) {
        return payload(what, ByteBufUtil.getBytes(json));
    }

    /**
     * String fields of a document that is one object, found in the same pass that checks it: for documents that come so often
     * that it matters. The array is not copied: do not change it. Otherwise as {@link JsonPayload#texts}.
     *
     * @param what what the document is, for errors
     * @return {@code null} when one of the fields is something else than a string or {@code null}
     * @throws DecodeException when it is not one valid JSON object
     */
    public @Nullable JsonTexts texts(String what, byte[] json, JsonName... names) {
        JsonScanner scanner = new JsonScanner(what, json, 0, json.length);
        int[] spans = new int[2 * names.length];
        if (!JsonPayload.find(scanner, names, spans)) {
            return null;
        }
        scanner.expectEnd();
        return new JsonTexts(json, spans);
    }

    /** A document that has been checked, without the white space around it. */
    JsonPayload trimmed(String what, byte[] json) {
        int start = 0;
        int end = json.length;
        while (json[start] <= ' ' && json[start] >= 0) {
            start++;
        }
        while (json[end - 1] <= ' ' && json[end - 1] >= 0) {
            end--;
        }
        return new JsonPayload(this, what, json, start, end);
    }

    /**
     * Reads a document as an object of a class.
     *
     * @throws DecodeException when it is not valid JSON, does not fit the class, or is {@code null}
     */
    public <T> T decode(byte[] json, Class<T> type) {
        return payload(name(type), json).as(type);
    }

    /**
     * Reads a document as an object of a generic type.
     *
     * @throws DecodeException when it is not valid JSON, does not fit the type, or is {@code null}
     */
    public <T> T decode(byte[] json, TypeReference<T> type) {
        return payload(name(mapper.constructType(type).getRawClass()), json).as(type);
    }

    /**
     * Reads a document as an object of a type known at run time.
     *
     * @throws DecodeException when it is not valid JSON, does not fit the type, or is {@code null}
     */
    public Object decode(byte[] json, JavaType type) {
        return payload(name(type.getRawClass()), json).as(type);
    }

    /**
     * Reads a document as an object of a class. The buffer is neither changed nor retained.
     *
     * @throws DecodeException when it is not valid JSON, does not fit the class, or is {@code null}
     */
    public <T> T decode(ByteBuf json, Class<T> type) {
        return decode(ByteBufUtil.getBytes(json), type);
    }

    /**
     * Reads a document as an object of a generic type. The buffer is neither changed nor retained.
     *
     * @throws DecodeException when it is not valid JSON, does not fit the type, or is {@code null}
     */
    public <T> T decode(ByteBuf json, TypeReference<T> type) {
        return decode(ByteBufUtil.getBytes(json), type);
    }

    Object read(JavaType type, String what, byte[] bytes, int start, int end) {
        @Nullable Object value;
        try {
            value = mapper.readValue(bytes, start, end - start, type);
        } catch (RuntimeException e) {
            throw unreadable(type, what, bytes, start, end, e);
        }
        if (value == null) {
            throw new DecodeException(
                    what,
                    "null where " + name(type.getRawClass()) + " is wanted",
                    JsonText.excerpt(bytes, start, end),
                    null);
        }
        return value;
    }

    JsonNode readTree(String what, byte[] bytes, int start, int end) {
        try {
            return mapper.readTree(bytes, start, end - start);
        } catch (RuntimeException e) {
            throw unreadable(mapper.constructType(JsonNode.class), what, bytes, start, end, e);
        }
    }

    /**
     * Jackson's own exception is not passed on as the cause: its message quotes the value that did not fit, which may be
     * private. Named are the path to it and the kind of problem. An exception of the target's own constructor is kept.
     */
    private static DecodeException unreadable(
            JavaType type, String what, byte[] bytes, int start, int end, RuntimeException error) {
        StringBuilder problem = new StringBuilder("it does not fit ").append(name(type.getRawClass()));
        if (error instanceof JacksonException jackson && !jackson.getPath().isEmpty()) {
            String path = jackson.getPathReference();
            problem.append(" at ").append(path, 0, Math.min(path.length(), 200));
        }
        problem.append(" (").append(error.getClass().getSimpleName()).append(')');
        Throwable cause = error instanceof ValueInstantiationException ? error.getCause() : null;
        return new DecodeException(what, problem.toString(), JsonText.excerpt(bytes, start, end), cause);
    }

    private static String name(Class<?> type) {
        return type.getSimpleName();
    }
}
