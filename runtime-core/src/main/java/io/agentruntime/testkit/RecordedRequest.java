package io.agentruntime.testkit;

import java.time.Instant;

/**
 * A request that reached an {@link EmbeddedGateway}, noted when it came in, before any fault or answer.
 *
 * @param at the gateway's time
 * @param method the method, upper case; {@code UPGRADE} for a WebSocket handshake
 * @param path the path without its query
 * @param query the raw query, empty when there was none; the value of a ticket is replaced by {@code ***}
 * @param agentId the agent whose key (or ticket) came with it; empty when there was none or it is not valid
 */
public record RecordedRequest(Instant at, String method, String path, String query, String agentId) {

    /** Method and path, e.g. {@code POST /v1/runtime/connect}. */
    public String call() {
        return method + " " + path;
    }
}
