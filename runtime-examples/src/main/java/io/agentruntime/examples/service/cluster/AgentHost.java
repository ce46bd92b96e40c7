package io.agentruntime.examples.service.cluster;

import reactor.core.publisher.Mono;

/** Runs agents in this process. Neither method may block; an agent is started again only when it has stopped. */
public interface AgentHost {

    /**
     * Starts an agent, which may act as long as its lease {@linkplain Lease#isHeld() is held} and not a moment longer.
     * Completes when it runs; cancelled when the agent is to stop before that; subscribed again when it fails.
     */
    Mono<Void> start(String agentId, Lease lease);

    /** Stops an agent, also one that is still starting or that was never started. Completes when it has gone quiet. */
    Mono<Void> stop(String agentId);
}
