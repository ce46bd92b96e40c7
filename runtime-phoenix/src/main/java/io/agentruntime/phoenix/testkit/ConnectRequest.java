package io.agentruntime.phoenix.testkit;

import java.util.Map;
import java.util.Optional;

/**
 * A client that wants a socket.
 *
 * @param transport how it comes
 * @param vsn its serializer, as it said; empty when it did not
 * @param params the other parameters of its URL
 * @param headers the request's headers by lower-case name
 * @param authToken the token that came beside the parameters: as a subprotocol, or for long-poll as a header
 */
public record ConnectRequest(
        Transport transport,
        String vsn,
        Map<String, String> params,
        Map<String, String> headers,
        Optional<String> authToken) {

    /** How clients come. */
    public enum Transport {
        WEBSOCKET,
        LONGPOLL
    }

    /** Without what may be secret. */
    @Override
    public String toString() {
        return "ConnectRequest[" + transport + ", vsn=" + vsn + ", params=" + params.keySet() + "]";
    }
}
