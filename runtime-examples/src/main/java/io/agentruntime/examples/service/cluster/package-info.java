/**
 * Agents spread over several processes. Each agent belongs to a slot, each slot is leased to one process at a time, and a
 * process acts for an agent only while its lease of the agent's slot lasts.
 *
 * <p>{@link io.agentruntime.examples.service.cluster.SlotKeeper} decides which slots to hold, {@link
 * io.agentruntime.examples.service.cluster.Lease} is what everything that an agent sends is checked against, and {@link
 * io.agentruntime.examples.service.cluster.RedisSlots} keeps both in Redis.
 */
@NullMarked
package io.agentruntime.examples.service.cluster;

import org.jspecify.annotations.NullMarked;
