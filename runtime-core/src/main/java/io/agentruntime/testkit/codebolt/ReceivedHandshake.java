package io.agentruntime.testkit.codebolt;

import java.util.Map;

/**
 * A handshake that an {@link EmbeddedCodeboltServer} received.
 *
 * @param path the path
 * @param query the query, decoded, in its order; holds the token
 */
public record ReceivedHandshake(String path, Map<String, String> query) {

    /** Without the query. */
    @Override
    public String toString() {
        return "ReceivedHandshake[" + path + "]";
    }
}
