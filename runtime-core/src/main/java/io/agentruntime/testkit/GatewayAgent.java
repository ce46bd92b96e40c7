package io.agentruntime.testkit;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An agent registered at an {@link EmbeddedGateway}. */
public final class GatewayAgent {

    private final String id;
    private final String address;
    private final String apiKey;
    private final @Nullable String displayName;

    GatewayAgent(String id, String address, String apiKey, @Nullable String displayName) {
        this.id = id;
        this.address = address;
        this.apiKey = apiKey;
        this.displayName = displayName;
    }

    /** The agent's id, a UUID. */
    public String id() {
        return id;
    }

    /** The agent's address, {@code 0x} and 40 hex digits. */
    public String address() {
        return address;
    }

    /** The key that authenticates the agent, {@code nk_...}; a secret even here, so that tests can look for leaks. */
    public String apiKey() {
        return apiKey;
    }

    /** The display name; empty for an agent that has none. */
    public Optional<String> displayName() {
        return Optional.ofNullable(displayName);
    }

    /** Two of the same id are the same agent, whatever their keys. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GatewayAgent agent && agent.id.equals(id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "GatewayAgent[" + (displayName == null ? address : displayName) + "]";
    }
}
