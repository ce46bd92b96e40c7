package io.agentruntime.atomemo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Finds the objects among the values of a request that say what they are, and makes typed values of them. */
final class SpecialValues {

    /** The field that says it. */
    static final String TAG = "__type__";

    private static final Map<String, Class<?>> TYPES = Map.of(
            FileRef.TYPE, FileRef.class,
            ResourceLocator.TYPE, ResourceLocator.class,
            ResourceMapper.TYPE, ResourceMapper.class);

    private final JsonMapper mapper;

    SpecialValues(JsonMapper mapper) {
        this.mapper = mapper;
    }

    /** The same values, typed at any depth. Those of a type that is not known stay maps. */
    Map<String, @Nullable Object> in(Map<?, ?> values) {
        Map<String, @Nullable Object> typed = new LinkedHashMap<>();
        values.forEach((name, value) -> typed.put(String.valueOf(name), typed(value)));
        return typed;
    }

    private @Nullable Object typed(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(this::typed).toList();
        }
        if (!(value instanceof Map<?, ?> fields)) {
            return value;
        }
        Class<?> type = fields.get(TAG) instanceof String tag ? TYPES.get(tag) : null;
        return type == null ? in(fields) : mapper.convertValue(fields, type);
    }
}
