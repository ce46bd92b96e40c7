package io.agentruntime.atomemo;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The values of one credential's parameters. Secret: {@link #toString()} shows their names only. Immutable. */
public final class CredentialValues {

    private final Map<String, @Nullable Object> values;

    CredentialValues(Map<String, ? extends @Nullable Object> values) {
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** A value that is a text. Empty when there is none, or it is something else. */
    public Optional<String> text(String parameter) {
        return values.get(parameter) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    /** A value that is a number. Empty when there is none, or it is something else. */
    public Optional<Number> number(String parameter) {
        return values.get(parameter) instanceof Number number ? Optional.of(number) : Optional.empty();
    }

    /** A value that is true or false. Empty when there is none, or it is something else. */
    public Optional<Boolean> flag(String parameter) {
        return values.get(parameter) instanceof Boolean flag ? Optional.of(flag) : Optional.empty();
    }

    /** The parameters that have come, with a value or with {@code null}. */
    public Set<String> names() {
        return values.keySet();
    }

    /** All values: texts, numbers, booleans, {@code null}. */
    @JsonIgnore
    public Map<String, @Nullable Object> values() {
        return values;
    }

    @Override
    public String toString() {
        return "CredentialValues" + values.keySet();
    }
}
