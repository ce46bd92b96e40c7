package io.agentruntime.http;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The beginning of a streamed answer.
 *
 * @param status the HTTP status
 * @param headers the headers by lower-case name, the first value of each; of {@code set-cookie} all, a line each
 */
public record StreamHead(int status, Map<String, String> headers) {

    public StreamHead {
        headers = Map.copyOf(headers);
    }

    /** A header by its name in any case. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /** Without headers, for they may be private. */
    @Override
    public String toString() {
        return "HTTP " + status;
    }
}
