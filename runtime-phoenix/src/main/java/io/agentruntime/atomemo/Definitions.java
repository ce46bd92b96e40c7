package io.agentruntime.atomemo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** The names of the parameters, at any depth, whose values are secret. */
    static Set<String> encryptedParameters(Map<?, ?> definition) {
        Set<String> names = new HashSet<>();
        collectEncrypted(definition, names);
        return names;
    }

    private static void collectEncrypted(@Nullable Object value, Set<String> names) {
        if (value instanceof Iterable<?> elements) {
            elements.forEach(element -> collectEncrypted(element, names));
        } else if (value instanceof Map<?, ?> fields) {
            if (fields.get("name") instanceof String name && isEncrypted(fields)) {
                names.add(name);
            }
            fields.values().forEach(field -> collectEncrypted(field, names));
        }
    }

    /** What a parameter's elements are, or its further parts, goes by the name of the parameter. */
    private static boolean isEncrypted(@Nullable Object value) {
        return value instanceof Map<?, ?> parameter
                && (ParameterType.ENCRYPTED_STRING.wireName().equals(parameter.get("type"))
                        || isEncrypted(parameter.get("items"))
                        || isEncrypted(parameter.get("additional_properties")));
    }
}
