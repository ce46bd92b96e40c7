package io.agentruntime.phoenix.testkit;

import io.agentruntime.phoenix.testkit.ConnectRequest.Transport;
import java.time.Instant;
import java.util.Map;

/**
 * A client that asked for a socket, noted before it got one or not.
 *
 * @param at the server's time
 * @param transport how it came
 * @param vsn its serializer, empty when it did not say
 * @param params the other parameters; the values of secret ones are {@code ***}
 * @param hasAuthToken whether a token came beside the parameters
 */
public record RecordedConnect(
        Instant at, Transport transport, String vsn, Map<String, String> params, boolean hasAuthToken) {}
