package io.agentruntime.phoenix;

import io.agentruntime.connection.SessionInfo;

/**
 * One session of a socket with its server.
 *
 * @param sessionId counts the sessions of the socket, from 1
 * @param transport what it goes over: {@link PhoenixTransport#WEBSOCKET} or {@link PhoenixTransport#LONGPOLL}
 */
public record PhoenixSessionInfo(String sessionId, PhoenixTransport transport) implements SessionInfo {}
