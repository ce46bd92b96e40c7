package io.agentruntime.examples.service;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the service is told.
 *
 * @param gateway {@code embedded}, {@code real}, or anything else where a bean of one's own is the {@link AgentHome}
 * @param gatewayUrl the address of a real gateway
 * @param apiKeys the keys of the agents at a real gateway, by their names here
 * @param channelId the channel there that the agents listen to
 * @param autostart whether the fleet is started with the service
 * @param agents how many agents that is at the embedded gateway; at a real one, all that have a key
 * @param maxAgents how many agents may run here at a time
 * @param messagesPerSecond how much is said at the embedded gateway, to begin with
 */
@ConfigurationProperties("service")
record ServiceSettings(
        @DefaultValue(EMBEDDED) String gateway,
        @DefaultValue("") String gatewayUrl,
        @DefaultValue Map<String, String> apiKeys,
        @Nullable String channelId,
        @DefaultValue("true") boolean autostart,
        @DefaultValue("6") int agents,
        @DefaultValue("500") int maxAgents,
        @DefaultValue("10") int messagesPerSecond) {

    /** The property that says which gateway it is. */
    static final String GATEWAY = "service.gateway";

    private static final String EMBEDDED = "embedded";

    /** The agents to begin with. */
    List<String> names() {
        return gateway.equals(EMBEDDED)
                ? IntStream.rangeClosed(1, agents)
                        .mapToObj(number -> "agent-%02d".formatted(number))
                        .toList()
                : apiKeys.keySet().stream().sorted().toList();
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "ServiceSettings[gatewayUrl=" + gatewayUrl + ", agents=" + names() + "]";
    }
}
