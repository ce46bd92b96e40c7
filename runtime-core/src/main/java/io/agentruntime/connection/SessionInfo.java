package io.agentruntime.connection;

/** What a session is known by. Each protocol's own type says more. */
public interface SessionInfo {

    /** The session's id, unique among the sessions of one runtime. No secret. */
    String sessionId();
}
