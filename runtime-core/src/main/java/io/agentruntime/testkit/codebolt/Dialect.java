package io.agentruntime.testkit.codebolt;

/** What a server calls its answers. Both kinds are in the wild. */
public enum Dialect {

    /** {@code gateway.routeAck}, {@code gateway.registerAck}. */
    ACKNOWLEDGES,

    /** {@code gatewayRouteResponse}, {@code gatewayRegisterChannelResponse}. */
    RESPONDS
}
