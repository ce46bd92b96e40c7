package io.agentruntime.micrometer;

import io.agentruntime.telemetry.Operation.HttpRequest;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.transport.SenderContext;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request under observation. What a handler puts into the carrier goes out as a header; the request's own headers,
 * which hold credentials, are not in it.
 */
public final class HttpRequestContext extends SenderContext<Map<String, String>> {

    private final KeyValues common;
    private final HttpRequest request;
    private volatile @Nullable String status;

    HttpRequestContext(KeyValues common, HttpRequest request) {
        super((headers, name, value) -> Objects.requireNonNull(headers).put(name, value));
        this.common = common;
        this.request = request;
        URI uri = request.uri();
        setCarrier(new LinkedHashMap<>());
        setRemoteServiceName(uri.getHost());
        setRemoteServiceAddress(uri.getScheme() + "://" + uri.getRawAuthority());
    }

    /** The tags of the telemetry: runtime, protocol, and what was given as {@code tags}. */
    public KeyValues common() {
        return common;
    }

    /** The method, upper case. */
    public String method() {
        return request.method();
    }

    /** The path with placeholders instead of ids; empty when it is not known. */
    public String template() {
        return request.template();
    }

    /** The path as it was sent, without the query. */
    public String path() {
        return request.uri().getRawPath();
    }

    /** The status of the answer; {@code cancelled} when nobody waits for it any more; {@code null} until then, and without an answer. */
    public @Nullable String status() {
        return status;
    }

    void ended(String how) {
        status = how;
    }
}
