package io.agentruntime.codebolt;

import io.agentruntime.json.JsonPayload;
import org.jspecify.annotations.Nullable;

/**
 * What became of a routed message.
 *
 * @param success whether an agent has it, or will have it
 * @param action one of the constants below; others are passed on as they came
 * @param threadId the agent's thread
 * @param agentId the agent
 * @param instanceId the agent's running instance
 * @param error why it failed
 * @param timestamp when it was decided, as the server wrote it
 */
public record RoutingResult(
        boolean success,
        String action,
        @Nullable String threadId,
        @Nullable String agentId,
        @Nullable String instanceId,
        @Nullable String error,
        @Nullable String timestamp) {

    /** An agent that was running has it. */
    public static final String ROUTED_TO_RUNNING = "routed-to-running";

    /** An agent was started for it. */
    public static final String SPAWNED_NEW = "spawned-new";

    /** It waits for an agent. */
    public static final String QUEUED = "queued";

    /** No agent has it. */
    public static final String FAILED = "failed";

    private record Wire(
            @Nullable Boolean success,
            @Nullable String action,
            @Nullable String threadId,
            @Nullable String agentId,
            @Nullable String instanceId,
            @Nullable String error,
            @Nullable String timestamp) {}

    /**
     * Reads the result from the answer's data or, in the other dialect, from its top level. What the data leaves out, the
     * envelope around it may have.
     *
     * @throws io.agentruntime.error.DecodeException when it does not fit
     */
    static RoutingResult read(PluginAnswer answer) {
        String refusal = answer.failure();
        JsonPayload data = answer.data();
        Wire wire = (refusal != null && !data.isObject() ? answer.json() : data).as(Wire.class);
        boolean success = wire.success == null ? refusal == null : wire.success;
        String error = wire.error == null && !success ? refusal : wire.error;
        String action = success ? Reading.present(answer.type(), "action", wire.action) : orFailed(wire.action);
        return new RoutingResult(success, action, wire.threadId, wire.agentId, wire.instanceId, error, wire.timestamp);
    }

    private static String orFailed(@Nullable String action) {
        return action == null ? FAILED : action;
    }
}
