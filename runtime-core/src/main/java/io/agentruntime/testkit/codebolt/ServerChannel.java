package io.agentruntime.testkit.codebolt;

import tools.jackson.databind.JsonNode;

/**
 * A channel in the books of an {@link EmbeddedCodeboltServer}.
 *
 * @param id its id
 * @param connected whether the plugin that has registered it is still there
 * @param config what it was registered with
 */
public record ServerChannel(String id, boolean connected, JsonNode config) {}
