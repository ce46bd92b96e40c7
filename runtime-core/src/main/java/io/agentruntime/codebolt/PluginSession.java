package io.agentruntime.codebolt;

import io.agentruntime.connection.SessionInfo;

/**
 * A session with the server.
 *
 * @param sessionId its number among the sessions of this plugin; the id on the wire is shown nowhere
 */
public record PluginSession(String sessionId) implements SessionInfo {}
