package io.agentruntime.testkit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who is registered, and with which key. */
final class AgentBook {

    private final Ids ids;
    private final Consumer<String> secrets;
    private final Map<String, GatewayAgent> byId = new LinkedHashMap<>();
    private final Map<String, String> idByKey = new HashMap<>();
    private final Set<String> unregistered = new HashSet<>();

    AgentBook(Ids ids, Consumer<String> secrets) {
        this.ids = ids;
        this.secrets = secrets;
    }

    GatewayAgent create(@Nullable String displayName, @Nullable String address) {
        return put(new GatewayAgent(
                ids.uuid(), address == null ? "0x" + ids.hex(40) : address, "nk_" + ids.hex(48), displayName));
    }

    private GatewayAgent put(GatewayAgent agent) {
        byId.put(agent.id(), agent);
        idByKey.put(agent.apiKey(), agent.id());
        secrets.accept(agent.apiKey());
        return agent;
    }

    GatewayAgent get(String id) {
        GatewayAgent agent = byId.get(id);
        if (agent == null) {
            throw new IllegalArgumentException("No agent of this gateway has the id " + id);
        }
        return agent;
    }

    @Nullable
    GatewayAgent byKey(String apiKey) {
        String id = idByKey.get(apiKey);
        return id == null ? null : byId.get(id);
    }

    /** By address or display name, in any case, as the inbox addresses. */
    @Nullable
    GatewayAgent byAddressOrName(String text) {
        GatewayAgent byAddress = byAddress(text);
        return byAddress != null ? byAddress : byName(text);
    }

    @Nullable
    GatewayAgent byAddress(String address) {
        return byId.values().stream()
                .filter(agent -> agent.address().equalsIgnoreCase(address))
                .findFirst()
                .orElse(null);
    }

    @Nullable
    GatewayAgent byName(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        return byId.values().stream()
                .filter(agent -> agent.displayName()
                        .map(known -> known.toLowerCase(Locale.ROOT).equals(wanted))
                        .orElse(false))
                .findFirst()
                .orElse(null);
    }

    void revokeKeys(String agentId) {
        idByKey.values().removeIf(agentId::equals);
    }

    /** The same agent with a key of its own; keys that were valid stay so. */
    GatewayAgent renewKey(String agentId) {
        GatewayAgent old = get(agentId);
        return put(new GatewayAgent(
                agentId, old.address(), "nk_" + ids.hex(48), old.displayName().orElse(null)));
    }

    void registered(String agentId, boolean is) {
        if (is) {
            unregistered.remove(agentId);
        } else {
            unregistered.add(agentId);
        }
    }

    boolean isRegistered(String agentId) {
        return !unregistered.contains(agentId);
    }
}
