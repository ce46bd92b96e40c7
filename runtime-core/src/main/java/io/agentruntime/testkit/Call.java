package io.agentruntime.testkit;

import io.agentruntime.testkit.server.ServerRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A request on its way through a route.
 *
 * @param params the path's variable segments, in order
 * @param body the body, or {@code null} where there was none
 */
record Call(
        GatewayAgent agent,
        ServerRequest input,
        List<String> params,
        Map<String, String> query,
        @Nullable JsonNode body) {

    String param() {
        return params.get(0);
    }

    @Nullable
    String query(String name) {
        String value = query.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    int intQuery(String name, int fallback) {
        return Js.intOr(query.get(name), fallback);
    }

    @Nullable
    String text(String field) {
        return Json.text(body, field);
    }

    /** Metadata of at most so many bytes, or {@code null} where there is none. */
    @Nullable
    JsonNode metadata(int limit) {
        JsonNode metadata = Json.container(body, "metadata");
        if (metadata != null && Json.bytes(metadata).length > limit) {
            throw new ApiError(400, "metadata too large (max " + (limit == 8192 ? "8KB" : limit + " bytes") + ")");
        }
        return metadata;
    }

    /** A field that must be one of a few words. */
    String oneOf(String field, List<String> allowed, String fallback) {
        JsonNode value = body == null ? null : body.get(field);
        String word = value != null && value.isString() ? value.stringValue() : fallback;
        if (!allowed.contains(word)) {
            throw new ApiError(400, "Invalid " + field + ". Allowed: " + String.join(", ", allowed));
        }
        return word;
    }

    /** A page's rows: what PostgreSQL refuses fails, more than {@code most} is cut. */
    static int rows(int limit, int offset, int most, String failure) {
        if (limit < 0 || offset < 0) {
            throw new ApiError(500, failure);
        }
        return Math.min(limit, most);
    }
}
