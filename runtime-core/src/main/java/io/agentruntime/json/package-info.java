/**
 * One Jackson codec for every protocol: the header of a frame is read first, its payload only when someone asks.
 *
 * <p>What cannot be read becomes a {@link io.agentruntime.error.DecodeException} with a bounded excerpt, never a dead
 * connection.
 */
@NullMarked
package io.agentruntime.json;

import org.jspecify.annotations.NullMarked;
