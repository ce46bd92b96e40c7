package io.agentruntime.testkit;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who gets a channel's events. Subscriptions belong to the agent: each of its sockets gets them, and they end with its
 * last socket.
 */
final class SubscriptionBook {

    static final int MAX_PER_AGENT = 50;

    private final Map<String, Set<String>> byAgent = new HashMap<>();
    private final Map<String, Set<String>> byChannel = new HashMap<>();

    /** Whether the agent may subscribe to one more; at the limit not even to one it has already (observed). */
    boolean hasRoom(String agentId) {
        return byAgent.getOrDefault(agentId, Set.of()).size() < MAX_PER_AGENT;
    }

    void add(String agentId, String channelId) {
        byAgent.computeIfAbsent(agentId, id -> new LinkedHashSet<>()).add(channelId);
        byChannel.computeIfAbsent(channelId, id -> new LinkedHashSet<>()).add(agentId);
    }

    void remove(String agentId, String channelId) {
        byAgent.getOrDefault(agentId, new LinkedHashSet<>()).remove(channelId);
        byChannel.getOrDefault(channelId, new LinkedHashSet<>()).remove(agentId);
    }

    void removeAgent(String agentId) {
        Set<String> channels = byAgent.remove(agentId);
        if (channels != null) {
            channels.forEach(
                    id -> byChannel.getOrDefault(id, new LinkedHashSet<>()).remove(agentId));
        }
    }

    List<String> agentsOf(String channelId) {
        return List.copyOf(byChannel.getOrDefault(channelId, Set.of()));
    }

    List<String> channelsOf(String agentId) {
        return List.copyOf(byAgent.getOrDefault(agentId, Set.of()));
    }

    void clear() {
        byAgent.clear();
        byChannel.clear();
    }
}
