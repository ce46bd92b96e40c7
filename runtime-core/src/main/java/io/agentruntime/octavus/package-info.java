/**
 * Octavus agents: a conversation in turns over a socket ({@link io.agentruntime.octavus.OctavusSocketTransport}, WebSocket,
 * SockJS or a pipe of one's own) or over HTTP ({@link io.agentruntime.octavus.OctavusHttpTransport}), and a model of the chat
 * on top of either ({@link io.agentruntime.octavus.OctavusChat}).
 */
@NullMarked
package io.agentruntime.octavus;

import org.jspecify.annotations.NullMarked;
