package io.agentruntime.examples.service;

import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.nookplot.NookplotRuntimeBuilder;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A gateway somewhere else, and the keys of the agents that may run here. The defaults of the runtime are made for it. */
final class RealGateway implements AgentHome {

    private final String url;
    private final Map<String, String> apiKeys;
    private final @Nullable String channelId;

    RealGateway(String url, Map<String, String> apiKeys, @Nullable String channelId) {
        this.url = url;
        this.apiKeys = Map.copyOf(apiKeys);
        this.channelId = channelId;
    }

    @Override
    public NookplotRuntimeBuilder runtime(String agentId) {
        String key = apiKeys.get(agentId);
        if (key == null) {
            throw new UnknownAgentException("There is no key for an agent " + agentId);
        }
        return NookplotRuntime.builder()
                .gatewayUrl(url)
                .apiKey(key)
                .reconnect(r -> r.retryInitialConnect(true).unlimitedRetries());
    }

    @Override
    public Optional<String> channelId() {
        return Optional.ofNullable(channelId);
    }
}
