/**
 * A client for Phoenix Channels: one socket, many topics, each joined, pushed to and left on its own.
 *
 * <p>The package will hold the socket, the channel with its push and reply, presence, the serializers of the
 * protocol's versions 1 and 2, and the long-poll transport that takes over where WebSocket cannot pass. It stands on
 * {@code io.agentruntime.connection}, which owns reconnecting, liveness and closing; what is specific to Phoenix
 * lives here: join references, rejoining after a reconnect, and the heartbeat on the {@code phoenix} topic.
 */
@NullMarked
package io.agentruntime.phoenix;

import org.jspecify.annotations.NullMarked;
