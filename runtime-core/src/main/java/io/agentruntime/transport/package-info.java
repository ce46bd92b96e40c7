/**
 * The pipe of one session: frames in, frames out, and how it ended.
 *
 * <p>{@link io.agentruntime.transport.Pipe} has two implementations: a WebSocket over Reactor Netty, and a pair of ends
 * in memory on one scheduler, so that the same scenario runs over loopback or deterministically in virtual time. Those of
 * SockJS are in {@code transport.sockjs}; {@link io.agentruntime.transport.AbstractPipe} is for those who write another.
 */
@NullMarked
package io.agentruntime.transport;

import org.jspecify.annotations.NullMarked;
