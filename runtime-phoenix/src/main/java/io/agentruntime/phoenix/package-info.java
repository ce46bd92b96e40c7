/**
 * A client for Phoenix Channels: one socket, many topics, each joined, pushed to and left on its own.
 *
 * <p>{@link io.agentruntime.phoenix.PhoenixSocket} stands on {@code io.agentruntime.connection}, which owns reconnecting,
 * liveness and closing. What is specific to Phoenix lives here: the serializers of the protocol's versions 1 and 2, the
 * channel with its join references, pushes and rejoining ({@link io.agentruntime.phoenix.PhoenixChannel}), and presence. The
 * long-poll transport that takes over where WebSocket cannot pass is in {@code longpoll}.
 */
@NullMarked
package io.agentruntime.phoenix;

import org.jspecify.annotations.NullMarked;
