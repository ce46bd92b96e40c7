package io.agentruntime.nookplot;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The data of a {@code connection.state} event.
 *
 * @param state {@code connected} from the gateway; {@code reconnecting}, {@code disconnected} and {@code failed} from this runtime
 * @param agentId the agent, from the gateway
 * @param reason why, from this runtime: {@code max retries exceeded}, or the failure
 */
public record ConnectionNotice(
        String state, @Nullable String agentId, @Nullable String reason) {

    public ConnectionNotice {
        Objects.requireNonNull(state, "state");
    }
}
