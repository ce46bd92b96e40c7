package io.agentruntime.http;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request, ready to be sent.
 *
 * @param method the method, upper case
 * @param uri the whole address
 * @param template the path with placeholders instead of ids: few of them, what calls can be counted by; empty when it is not known
 * @param headers the headers, authorization among them
 * @param body the body, or {@code null} for none
 * @param limit the absolute limit from subscription to the last byte of the answer
 * @param maxResponseBytes the largest answer to read
 */
public record HttpCall(
        String method,
        URI uri,
        String template,
        Map<String, String> headers,
        byte @Nullable [] body,
        Duration limit,
        int maxResponseBytes) {

    /** A call whose template is not known. */
    public HttpCall(
            String method,
            URI uri,
            Map<String, String> headers,
            byte @Nullable [] body,
            Duration limit,
            int maxResponseBytes) {
        this(method, uri, "", headers, body, limit, maxResponseBytes);
    }

    /** The same with other headers. */
    public HttpCall withHeaders(Map<String, String> others) {
        return new HttpCall(method, uri, template, others, body, limit, maxResponseBytes);
    }

    /** The path without its query: what errors and logs may name. */
    public String path() {
        return uri.getRawPath();
    }

    @Override
    public String toString() {
        return method + " " + path();
    }
}
