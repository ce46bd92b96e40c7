package io.agentruntime.atomemo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Definitions as JSON knows them: maps, lists, texts, numbers, booleans and {@code null}, in order and not to be changed. */
final class Definitions {

    private Definitions() {}

    /** A copy all the way down, of whatever may stand in a definition. */
    static Map<String, Object> copy(Map<?, ?> fields) {
        Map<String, Object> copy = new LinkedHashMap<>();
        fields.forEach((name, value) -> copy.put(String.valueOf(name), plain(value)));
        return Collections.unmodifiableMap(copy);
    }

    @SuppressWarnings("NullAway") // JSON's null stays what it is
    private static Object plain(@Nullable Object value) {
        if (value instanceof Parameter parameter) {
            return parameter.definition();
        }
        if (value instanceof LocalizedText text) {
            return text.texts();
        }
        if (value instanceof Map<?, ?> fields) {
            return copy(fields);
        }
        if (value instanceof Iterable<?> elements) {
            List<Object> copy = new ArrayList<>();
            elements.forEach(element -> copy.add(plain(element)));
            return Collections.unmodifiableList(copy);
        }
        return value;
    }
}
