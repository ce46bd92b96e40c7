/**
 * SockJS 0.3 as a transport: a {@link io.agentruntime.transport.PipeConnector} whose pipes are carried by a WebSocket, or by
 * plain HTTP where WebSockets do not get through.
 *
 * <p>{@link io.agentruntime.transport.sockjs.SockJsConnector} stands where a WebSocket connector does, so that states,
 * reconnecting and liveness are the engine's.
 */
@NullMarked
package io.agentruntime.transport.sockjs;

import org.jspecify.annotations.NullMarked;
