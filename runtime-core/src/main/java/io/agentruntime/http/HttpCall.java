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
 * @param headers the headers, authorization among them
 * @param body the body, or {@code null} for none
 * @param limit the absolute limit from subscription to the last byte of the answer
 * @param maxResponseBytes the largest answer to read
 */
public record HttpCall(
        String method,
        URI uri,
        Map<String, String> headers,
        byte @Nullable [] body,
        Duration limit,
        int maxResponseBytes) {

    /** The path without its query: what errors and logs may name. */
    public String path() {
        return uri.getRawPath();
    }

    @Override
    public String toString() {
        return method + " " + path();
    }
}
