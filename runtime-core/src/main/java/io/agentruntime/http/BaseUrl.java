package io.agentruntime.http;

import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.net.SecretUri;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * The address of a gateway, {@code http} or {@code https}, to which paths are added. It may end in {@code /} and have a
 * path of its own. Nothing added to it can lead to another host, so credentials stay where they belong.
 */
public final class BaseUrl {

    /** Without the slash at its end. */
    private final String address;

    private BaseUrl(String address) {
        this.address = address;
    }

    /**
     * Checks the address of a gateway.
     *
     * @param option the name of the builder's option, for the error
     * @throws InvalidOptionException when it is no {@code http} or {@code https} address of a host, or has user info,
     *     query or fragment
     */
    public static BaseUrl of(String option, String url) {
        URI uri;
        try {
            uri = new URI(url.strip());
        } catch (URISyntaxException e) {
            throw new InvalidOptionException(option, "something else", "must be an http or https address");
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (uri.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new InvalidOptionException(option, describe(uri), "must be an http or https address of a host");
        }
        if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new InvalidOptionException(
                    option, describe(uri), "must have no user info, query or fragment (they are not shown here)");
        }
        String path = uri.getRawPath().replaceAll("/+$", "");
        return new BaseUrl(scheme + "://" + uri.getRawAuthority() + path);
    }

    /** What may be secret is left out. */
    private static String describe(URI uri) {
        return uri.getScheme() + "://" + uri.getHost() + (uri.getRawPath() == null ? "" : uri.getRawPath());
    }

    /**
     * The address of a path at this gateway.
     *
     * @param path begins with {@code /}, percent-encoded, with its query ({@link ApiPath} writes it)
     * @throws IllegalArgumentException when it is no such path, above all when it is a whole address
     */
    public URI http(String path) {
        return join(address, path);
    }

    /**
     * The WebSocket address of a path at this gateway: {@code ws} for {@code http}, {@code wss} for {@code https}.
     *
     * @param path as for {@link #http}; its query may be secret
     */
    public SecretUri webSocket(String path) {
        return new SecretUri(join("ws" + address.substring("http".length()), path));
    }

    private static URI join(String address, String path) {
        if (!path.startsWith("/") || path.indexOf('#') >= 0) {
            throw new IllegalArgumentException(
                    "A path begins with '/' and has no fragment; whole addresses are refused, they could lead the key away");
        }
        try {
            return new URI(new URI(address + path).toASCIIString());
        } catch (URISyntaxException e) {
            // Not passed on as the cause: its message shows the query.
            throw new IllegalArgumentException("A path holds a character that must be percent-encoded: use ApiPath");
        }
    }

    @Override
    public String toString() {
        return address;
    }
}
