package io.agentruntime.http;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The answer of an {@link HttpExchange}.
 *
 * @param status the HTTP status
 * @param headers the headers by lower-case name, the first value of each; of {@code set-cookie} all, a line each
 * @param body the body, empty when there was none
 */
public record HttpReply(int status, Map<String, String> headers, byte[] body) {

    public HttpReply {
        headers = Map.copyOf(headers);
    }

    /** A header by its name in any case. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /** Without headers and body, for they may be private. */
    @Override
    public String toString() {
        return "HTTP " + status + ", " + body.length + " bytes";
    }
}
