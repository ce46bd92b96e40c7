package io.agentruntime.examples.service;

import io.agentruntime.nookplot.NookplotRuntimeBuilder;
import java.util.Optional;

/** Where a fleet's agents live: the gateway, their keys, and the channel that they all listen to. */
public interface AgentHome {

    /**
     * How an agent's runtime is built: a new builder at each call.
     *
     * @throws UnknownAgentException when there is no key for such an agent
     */
    NookplotRuntimeBuilder runtime(String agentId);

    /** The channel whose messages are refilled after a loss; without one, an agent hears of gaps only. */
    Optional<String> channelId();
}
