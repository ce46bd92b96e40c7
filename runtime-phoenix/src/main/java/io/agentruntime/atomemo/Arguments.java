package io.agentruntime.atomemo;

import io.agentruntime.error.DecodeException;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/**
 * The parameters of a request. Files, resource locators and resource mappers are typed wherever they stand: {@link FileRef},
 * {@link ResourceLocator}, {@link ResourceMapper}. Immutable.
 */
public final class Arguments {

    private static final TypeReference<Map<String, Object>> FIELDS = new TypeReference<>() {};

    private final JsonPayload json;
    private final Map<String, @Nullable Object> values;

    private Arguments(JsonPayload json, Map<String, @Nullable Object> values) {
        this.json = json;
        this.values = Collections.unmodifiableMap(values);
    }

    /** Errors: {@link DecodeException} when it is no object, or a typed value in it does not fit its type. */
    static Arguments read(JsonPayload json, JsonCodec codec) {
        Map<String, Object> fields = json.as(FIELDS);
        try {
            return new Arguments(json, new SpecialValues(codec.mapper()).in(fields));
        } catch (RuntimeException e) {
            // Not passed on: it quotes the value.
            throw new DecodeException("parameters", "a file or resource in them does not fit its type", "", null);
        }
    }

    /** A text. Empty when there is none, or it is something else. */
    public Optional<String> text(String name) {
        return get(name, String.class);
    }

    /** A number. Empty when there is none, or it is something else. */
    public Optional<Number> number(String name) {
        return get(name, Number.class);
    }

    /** True or false. Empty when there is none, or it is something else. */
    public Optional<Boolean> flag(String name) {
        return get(name, Boolean.class);
    }

    /** A file. Empty when there is none, or it is something else. */
    public Optional<FileRef> file(String name) {
        return get(name, FileRef.class);
    }

    /** What the user has located. Empty when there is none, or it is something else. */
    public Optional<ResourceLocator> locator(String name) {
        return get(name, ResourceLocator.class);
    }

    /** What the user has mapped. Empty when there is none, or it is something else. */
    public Optional<ResourceMapper> mapper(String name) {
        return get(name, ResourceMapper.class);
    }

    private <T> Optional<T> get(String name, Class<T> type) {
        Object value = values.get(name);
        return type.isInstance(value) ? Optional.of(type.cast(value)) : Optional.empty();
    }

    /** All values by name: texts, numbers, booleans, lists, maps, {@code null}, and the typed ones. */
    public Map<String, @Nullable Object> values() {
        return values;
    }

    /**
     * The parameters as an object of a class, in which {@link FileRef} and the others may stand.
     *
     * @throws DecodeException when they do not fit it
     */
    public <T> T as(Class<T> type) {
        return json.as(type);
    }

    /** The parameters as they came. */
    public JsonPayload json() {
        return json;
    }

    /** The names only, for the values may be private. */
    @Override
    public String toString() {
        return "Arguments" + values.keySet();
    }
}
