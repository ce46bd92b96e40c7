package io.agentruntime.testkit.octavus;

import reactor.core.publisher.Flux;

/** What an agent says. */
@FunctionalInterface
public interface AgentScript {

    /**
     * The events of one turn, each a text of JSON; {@link Say} writes them. Subscribed once for each turn, and cancelled when
     * the turn is stopped or another one begins; must not block.
     */
    Flux<String> turn(AgentTurn turn);
}
