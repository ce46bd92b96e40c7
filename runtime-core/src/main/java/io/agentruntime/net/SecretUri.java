package io.agentruntime.net;

import java.net.URI;

/**
 * An address whose query may hold a ticket, token or key: {@link #toString()} shows scheme, host, port and path only.
 *
 * @param uri the whole address; hand it to the client that connects and to nothing that prints
 */
public record SecretUri(URI uri) {

    /** Parses an address. */
    public static SecretUri of(String uri) {
        return new SecretUri(URI.create(uri));
    }

    /** Host, port and path: what errors and logs may name. */
    public String target() {
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return uri.getHost() + port + uri.getRawPath();
    }

    @Override
    public String toString() {
        return uri.getScheme() + "://" + target() + (uri.getRawQuery() == null ? "" : "?***");
    }
}
