package io.agentruntime.connection;

import io.agentruntime.stream.StreamOptions;
import java.time.Duration;
import java.util.random.RandomGenerator;
import reactor.core.scheduler.Scheduler;

/**
 * What a {@link ConnectionEngine} is told by its protocol.
 *
 * @param name the connection's name in logs; no secret
 * @param reconnect whether and when to try again
 * @param classifier what failures mean
 * @param refreshable whether credentials come from a supplier
 * @param closeTimeout the longest that {@code disconnect()} waits for an orderly end
 * @param timer where delays and limits are kept; tests give a virtual one
 * @param random where jitter comes from
 * @param delivery how subscribers of states and events are served
 */
public record ConnectionOptions(
        String name,
        ReconnectPolicy reconnect,
        FailureClassifier classifier,
        boolean refreshable,
        Duration closeTimeout,
        Scheduler timer,
        RandomGenerator random,
        StreamOptions delivery) {}
