package io.agentruntime.atomemo;

import com.fasterxml.jackson.annotation.JsonValue;
import io.agentruntime.error.InvalidOptionException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How a language model's provider is called. Immutable; secret, so that {@link #toString()} shows names only. */
public final class AuthSpec {

    /** The providers that the platform can call. */
    private static final List<String> ADAPTERS = List.of("anthropic", "openai", "google_ai", "deepseek");

    private final Map<String, Object> fields;

    private AuthSpec(Map<String, Object> fields) {
        this.fields = Collections.unmodifiableMap(fields);
    }

    /**
     * The provider and its key.
     *
     * @param adapter {@code anthropic}, {@code openai}, {@code google_ai} or {@code deepseek}
     * @throws InvalidOptionException when it is none of these
     */
    public static AuthSpec of(String adapter, String apiKey) {
        if (!ADAPTERS.contains(adapter)) {
            throw new InvalidOptionException("adapter", adapter, "must be one of " + ADAPTERS);
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("adapter", adapter);
        fields.put("api_key", apiKey);
        return new AuthSpec(fields);
    }

    /** Where the provider is reached. */
    public AuthSpec endpoint(String url) {
        return with("endpoint", url);
    }

    /** The model to use. */
    public AuthSpec model(String name) {
        return with("model", name);
    }

    /** Headers for each request to the provider. */
    public AuthSpec headers(Map<String, String> headers) {
        return with("headers", Map.copyOf(headers));
    }

    /** This, and one more field. */
    public AuthSpec with(String field, Object value) {
        Map<String, Object> all = new LinkedHashMap<>(fields);
        all.put(field, value);
        return new AuthSpec(all);
    }

    @JsonValue
    Map<String, Object> fields() {
        return fields;
    }

    @Override
    public String toString() {
        return "AuthSpec" + fields.keySet();
    }
}
