package io.agentruntime.nookplot;

import io.agentruntime.json.JsonPayload;
import java.util.List;
import tools.jackson.core.type.TypeReference;

/** Reads the answer to a presence query: documented as an array, given as an object around one. */
final class PresenceReader {

    private static final TypeReference<List<AgentPresence>> AGENTS = new TypeReference<>() {};

    private record Page(List<AgentPresence> agents) {}

    private PresenceReader() {}

    static List<AgentPresence> read(JsonPayload answer) {
        return answer.isArray() ? answer.as(AGENTS) : answer.as(Page.class).agents();
    }
}
