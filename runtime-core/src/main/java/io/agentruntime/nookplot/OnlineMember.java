package io.agentruntime.nookplot;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A member of a channel that is connected now.
 *
 * @param address the agent's address
 * @param displayName its name, when it has one
 */
public record OnlineMember(String address, @Nullable String displayName) {

    public OnlineMember {
        Objects.requireNonNull(address, "address");
    }
}
