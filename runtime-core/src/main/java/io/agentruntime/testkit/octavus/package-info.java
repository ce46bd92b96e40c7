/**
 * An Octavus platform in this process: {@link io.agentruntime.testkit.octavus.EmbeddedOctavusServer}, over WebSocket, SockJS
 * and HTTP with server-sent events, on a port or in memory. What its agent says is an {@link
 * io.agentruntime.testkit.octavus.AgentScript}; {@link io.agentruntime.testkit.octavus.DemoAgent} is one good enough for demos.
 */
@NullMarked
package io.agentruntime.testkit.octavus;

import org.jspecify.annotations.NullMarked;
