/**
 * What every embedded server of a testkit stands on: the two faces, over loopback and in memory, and the fault switches
 * that any protocol on WebSocket and HTTP can have.
 *
 * <p>A server is a {@link io.agentruntime.testkit.server.ServerProtocol} behind an {@link
 * io.agentruntime.testkit.server.EmbeddedServer}. Users of a testkit meet {@link
 * io.agentruntime.testkit.server.WireFaults}; the rest is for those who write one.
 */
@NullMarked
package io.agentruntime.testkit.server;

import org.jspecify.annotations.NullMarked;
