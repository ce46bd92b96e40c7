package io.agentruntime.transport.sockjs;

import io.netty.handler.codec.http.cookie.ClientCookieDecoder;
import io.netty.handler.codec.http.cookie.ClientCookieEncoder;
import io.netty.handler.codec.http.cookie.Cookie;
import java.net.URI;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The cookies by which a balancer leads the requests of a session to one server. They go back to the host that gave them
 * only, whatever domain they name, and live as long as the jar does, or until the server takes them back.
 */
final class CookieJar {

    private static final int MAX_COOKIES = 50;
    private static final int MAX_BYTES = 4096;

    private final Map<String, Cookie> cookies = new LinkedHashMap<>();

    /** Keeps what an answer wants kept: the values of its {@code Set-Cookie} headers. */
    synchronized void keep(URI from, Collection<String> setCookies) {
        for (String line : setCookies) {
            Cookie cookie = line.length() > MAX_BYTES ? null : ClientCookieDecoder.LAX.decode(line);
            if (cookie == null) {
                continue;
            }
            String key = host(from) + ' ' + cookie.name();
            if (cookie.maxAge() != Cookie.UNDEFINED_MAX_AGE && cookie.maxAge() <= 0) {
                cookies.remove(key);
            } else if (cookies.containsKey(key) || cookies.size() < MAX_COOKIES) {
                cookies.put(key, cookie);
            }
        }
    }

    /** The {@code Cookie} header of a request, if there is anything to say. */
    synchronized Optional<String> header(URI to) {
        List<Cookie> fitting = cookies.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(host(to) + ' '))
                .map(Map.Entry::getValue)
                .filter(cookie -> fits(cookie, to))
                .toList();
        return Optional.ofNullable(fitting.isEmpty() ? null : ClientCookieEncoder.LAX.encode(fitting));
    }

    private static boolean fits(Cookie cookie, URI to) {
        boolean secure = "https".equals(to.getScheme()) || "wss".equals(to.getScheme());
        String path = cookie.path();
        if (cookie.isSecure() && !secure) {
            return false;
        }
        if (path == null || !path.startsWith("/")) {
            return true;
        }
        String directory = path.endsWith("/") ? path : path + "/";
        return (to.getRawPath() + "/").startsWith(directory);
    }

    private static String host(URI uri) {
        return uri.getHost() + ":" + uri.getPort();
    }
}
