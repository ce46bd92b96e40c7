package io.agentruntime.phoenix;

import io.agentruntime.http.ApiPath;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The params of a socket as a query; those within others are named {@code outer[inner]}, as Plug reads them. */
final class QueryParams {

    private ApiPath path;

    QueryParams(String path) {
        this.path = ApiPath.of(path);
    }

    QueryParams addAll(Map<String, ?> params) {
        params.forEach(this::add);
        return this;
    }

    QueryParams add(String name, @Nullable Object value) {
        if (value instanceof Map<?, ?> inner) {
            inner.forEach((key, nested) -> add(name + "[" + key + "]", nested));
        } else if (value instanceof Iterable<?> elements) {
            elements.forEach(element -> add(name + "[]", element));
        } else {
            path = path.query(name, value);
        }
        return this;
    }

    /** Path and query; they may be secret. */
    @Override
    public String toString() {
        return path.toString();
    }
}
