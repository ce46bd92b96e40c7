package io.agentruntime.octavus;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the client says, in the protocol's shape. */
final class ClientMessages {

    static final Stop STOP = new Stop("stop");

    record Init(String type, String sessionId) {}

    /** @param sessionId over HTTP, where each request names it */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Trigger(
            @Nullable String sessionId,
            String type,
            String triggerName,
            @Nullable Map<String, ?> input) {}

    /** @param sessionId over HTTP, where each request names it */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Continue(@Nullable String sessionId, String type, String executionId, List<ToolResult> toolResults) {}

    record Stop(String type) {}

    private ClientMessages() {}

    static Init init(String sessionId) {
        return new Init("init", sessionId);
    }

    static Trigger trigger(@Nullable String sessionId, String name, @Nullable Map<String, ?> input) {
        return new Trigger(sessionId, "trigger", name, input);
    }

    static Continue continuation(@Nullable String sessionId, String executionId, List<ToolResult> results) {
        return new Continue(sessionId, "continue", executionId, List.copyOf(results));
    }
}
