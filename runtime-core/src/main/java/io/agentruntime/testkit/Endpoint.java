package io.agentruntime.testkit;

import io.agentruntime.http.HttpReply;

/** A test's own HTTP endpoint at an {@link EmbeddedGateway}, for calls that the gateway does not know. */
@FunctionalInterface
public interface Endpoint {

    /**
     * Answers one call. It has been authenticated, and runs inside the gateway's books: quick, without I/O.
     *
     * @param agent the agent that calls
     * @param method the method, upper case
     * @param path the path without its query
     * @param body the body, empty when there was none
     */
    HttpReply answer(GatewayAgent agent, String method, String path, byte[] body);
}
