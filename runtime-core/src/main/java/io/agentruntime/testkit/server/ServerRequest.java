package io.agentruntime.testkit.server;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as either face hands it to the protocol.
 *
 * @param method the method, upper case
 * @param path the raw path without its query
 * @param rawQuery the query as it came, empty when there was none
 * @param headers the headers by lower-case name, the first value of each
 * @param body the body, empty when there was none
 */
public record ServerRequest(String method, String path, String rawQuery, Map<String, String> headers, byte[] body) {

    public ServerRequest {
        headers = Map.copyOf(headers);
    }

    /** A request for a path with or without a query. */
    static ServerRequest of(String method, String uri, Map<String, String> headers, byte[] body) {
        int question = uri.indexOf('?');
        return question < 0
                ? new ServerRequest(method, uri, "", headers, body)
                : new ServerRequest(method, uri.substring(0, question), uri.substring(question + 1), headers, body);
    }

    /** Whether it asks for a WebSocket. */
    public boolean isHandshake() {
        return headers.getOrDefault("upgrade", "").toLowerCase(Locale.ROOT).contains("websocket");
    }

    /** A header by its name in any case; {@code null} when it is missing. */
    public @Nullable String header(String name) {
        return headers.get(name.toLowerCase(Locale.ROOT));
    }

    /** The decoded query in its order, the first value of each name. */
    public Map<String, String> query() {
        Map<String, String> query = new LinkedHashMap<>();
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

    /** The cookies that came with it. */
    public Map<String, String> cookies() {
        Map<String, String> cookies = new LinkedHashMap<>();
        for (String cookie : list("cookie", ";")) {
            int equals = cookie.indexOf('=');
            if (equals > 0) {
                cookies.putIfAbsent(cookie.substring(0, equals), cookie.substring(equals + 1));
            }
        }
        return cookies;
    }

    /** The WebSocket subprotocols offered, best first. */
    public List<String> subprotocols() {
        return list("sec-websocket-protocol", ",");
    }

    private List<String> list(String header, String separator) {
        return Arrays.stream(headers.getOrDefault(header, "").split(separator, -1))
                .map(String::strip)
                .filter(element -> !element.isEmpty())
                .toList();
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /** Without query, headers and body. */
    @Override
    public String toString() {
        return method + " " + path;
    }
}
