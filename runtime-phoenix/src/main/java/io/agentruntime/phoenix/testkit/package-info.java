/**
 * An embedded Phoenix server with fault switches, for users' tests and for demos.
 *
 * <p>{@link io.agentruntime.phoenix.testkit.EmbeddedPhoenixServer} speaks to channels as a running Phoenix does, over
 * WebSocket and long-poll, on loopback or in memory. It reads and writes the wire by itself, not through the library's
 * serializers, so that an error of those does not cancel itself out.
 */
@NullMarked
package io.agentruntime.phoenix.testkit;

import org.jspecify.annotations.NullMarked;
