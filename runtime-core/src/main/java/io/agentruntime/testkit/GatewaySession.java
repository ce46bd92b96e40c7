package io.agentruntime.testkit;

import java.time.Instant;

/**
 * An agent's session in the gateway's books.
 *
 * @param id 64 hex digits
 * @param agentId whose session it is
 * @param connectedAt when it began
 * @param lastHeartbeat its last heartbeat, over the socket or over HTTP
 */
public record GatewaySession(String id, String agentId, Instant connectedAt, Instant lastHeartbeat) {}
