package io.agentruntime.testkit;

/**
 * A channel of an {@link EmbeddedGateway}.
 *
 * @param id the channel's id, a UUID
 * @param slug the channel's slug
 * @param name the channel's name
 */
public record GatewayChannel(String id, String slug, String name) {}
