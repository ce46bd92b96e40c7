package io.agentruntime.transport;

import io.agentruntime.net.SecretUri;
import java.util.List;
import java.util.Map;

/**
 * What a {@link PipeConnector} is asked to open.
 *
 * @param target the address; its query may hold a ticket or token and is never printed
 * @param headers additional headers of the handshake
 * @param subprotocols subprotocols offered, best first
 */
public record PipeRequest(SecretUri target, Map<String, String> headers, List<String> subprotocols) {

    public PipeRequest {
        headers = Map.copyOf(headers);
        subprotocols = List.copyOf(subprotocols);
    }

    /** A request without headers or subprotocols. */
    public static PipeRequest to(SecretUri target) {
        return new PipeRequest(target, Map.of(), List.of());
    }

    /** Without the values of headers and subprotocols, for they may be credentials. */
    @Override
    public String toString() {
        return "PipeRequest[" + target + ", headers=" + headers.keySet() + ", subprotocols=" + subprotocols.size()
                + "]";
    }
}
