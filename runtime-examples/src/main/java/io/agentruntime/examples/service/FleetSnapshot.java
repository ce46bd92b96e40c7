package io.agentruntime.examples.service;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything as it stands now.
 *
 * @param at when
 * @param workMillis how long the agents work on a message
 * @param agents the agents of this process
 * @param gateway the embedded gateway, where there is one
 */
record FleetSnapshot(Instant at, long workMillis, List<AgentSnapshot> agents, Playground.@Nullable View gateway) {}
