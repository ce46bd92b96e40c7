package io.agentruntime.nookplot;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.agentruntime.json.JsonPayload;
import java.util.List;

/** Reads the answer to a presence query: documented as an array, given as an object around one. */
final class PresenceReader {

    // Lists are copied, which lets neither a missing list nor a null in one pass.

    record Page(List<AgentPresence> agents) {
        Page {
            agents = List.copyOf(agents);
        }
    }

    record Bare(List<AgentPresence> agents) {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        Bare {
            agents = List.copyOf(agents);
        }
    }

    private PresenceReader() {}

    static List<AgentPresence> read(JsonPayload answer) {
        return answer.isArray()
                ? answer.as(Bare.class).agents()
                : answer.as(Page.class).agents();
    }
}
