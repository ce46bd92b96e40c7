package io.agentruntime.atomemo.testkit;

import tools.jackson.databind.JsonNode;

/**
 * What a plugin has answered to a request.
 *
 * @param event what it was pushed as, e.g. {@code invoke_tool_response}
 * @param requestId the request
 * @param payload all that was pushed
 */
public record HubAnswer(String event, String requestId, JsonNode payload) {

    /** Whether the plugin could not do what was asked. */
    public boolean isError() {
        return !event.endsWith("_response");
    }

    /** What the plugin's handler has answered; missing in an error. */
    public JsonNode data() {
        return payload.path("data");
    }

    /** Why there is no answer; missing where there is one. */
    public JsonNode error() {
        return payload.path("error");
    }

    /** Without what it says. */
    @Override
    public String toString() {
        return event + " " + requestId;
    }
}
