package io.agentruntime.testkit;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as either face hands it to the core.
 *
 * @param authorization the header's value, or {@code null}
 */
record HttpInput(
        String method,
        String path,
        String rawQuery,
        @Nullable String authorization,
        byte[] body) {

    static HttpInput of(String method, String uri, @Nullable String authorization, byte[] body) {
        int question = uri.indexOf('?');
        return question < 0
                ? new HttpInput(method, uri, "", authorization, body)
                : new HttpInput(method, uri.substring(0, question), uri.substring(question + 1), authorization, body);
    }

    static Map<String, String> parseQuery(String rawQuery) {
        Map<String, String> query = new HashMap<>();
        for (String pair : rawQuery.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (!pair.isEmpty()) {
                query.putIfAbsent(
                        decode(equals < 0 ? pair : pair.substring(0, equals)),
                        equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
        }
        return query;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /** Without query, key and body. */
    @Override
    public String toString() {
        return method + " " + path;
    }
}
