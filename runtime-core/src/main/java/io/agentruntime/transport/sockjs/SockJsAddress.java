package io.agentruntime.transport.sockjs;

import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.net.SecretUri;
import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The base address of a SockJS service. Its query, which may be secret, goes with every request. */
final class SockJsAddress {

    private final boolean secure;
    private final String authority;
    private final String path;
    private final @Nullable String query;

    private SockJsAddress(boolean secure, String authority, String path, @Nullable String query) {
        this.secure = secure;
        this.authority = authority;
        this.path = path;
        this.query = query;
    }

    /**
     * The address in a request: {@code http} or {@code https}, {@code ws} and {@code wss} meaning the same; a slash at its
     * end does not count.
     */
    static SockJsAddress of(SecretUri target) {
        URI uri = target.uri();
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean secure = scheme.equals("https") || scheme.equals("wss");
        if (uri.getHost() == null || !(secure || scheme.equals("http") || scheme.equals("ws"))) {
            throw new InvalidOptionException("address", target, "must be an http or https address of a host");
        }
        if (uri.getRawUserInfo() != null) {
            throw new InvalidOptionException("address", target, "must have no user info");
        }
        return new SockJsAddress(
                secure, uri.getRawAuthority(), uri.getRawPath().replaceAll("/+$", ""), uri.getRawQuery());
    }

    /** The address that {@code /info} wants to be used instead, with this query; {@code null} when it is of another host. */
    @Nullable
    SockJsAddress at(String baseUrl) {
        URI uri;
        SockJsAddress other;
        try {
            uri = http("/").resolve(baseUrl);
            other = of(new SecretUri(uri));
        } catch (IllegalArgumentException | InvalidOptionException e) {
            return null;
        }
        return other.secure == secure && other.authority.equalsIgnoreCase(authority)
                ? new SockJsAddress(secure, authority, other.path, query)
                : null;
    }

    URI http(String suffix) {
        return uri(secure ? "https" : "http", suffix);
    }

    SecretUri webSocket(String suffix) {
        return new SecretUri(uri(secure ? "wss" : "ws", suffix));
    }

    private URI uri(String scheme, String suffix) {
        return URI.create(scheme + "://" + authority + path + suffix + (query == null ? "" : "?" + query));
    }

    /** Without the query: what errors and logs may name. */
    @Override
    public String toString() {
        return (secure ? "https" : "http") + "://" + authority + path;
    }
}
