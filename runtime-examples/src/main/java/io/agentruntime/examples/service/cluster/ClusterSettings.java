package io.agentruntime.examples.service.cluster;

import io.agentruntime.error.InvalidOptionException;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How this process shares the agents with others. All but {@code node} must be the same in all of them.
 *
 * @param redisUrl where the slots are kept, {@code redis://} or {@code rediss://}; without it there is no cluster
 * @param prefix what the keys in Redis begin with: one for each cluster
 * @param node what tells this process from the others, in logs and in the list of the living; the host's name, the process's
 *     number and a few random digits when it is empty
 * @param slots how many there are, 1 to 1000: the most processes that can have something to do
 * @param lease how long a slot stays with a process that has fallen silent; 1 s to 10 min
 */
@ConfigurationProperties("service.cluster")
record ClusterSettings(
        String redisUrl,
        @DefaultValue("agent-service") String prefix,
        @DefaultValue("") String node,
        @DefaultValue("64") int slots,
        @DefaultValue("15s") Duration lease) {

    /** The property that makes a cluster of it. */
    static final String REDIS_URL = "service.cluster.redis-url";

    private static final int MAX_SLOTS = 1000;
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(10);

    ClusterSettings {
        if (slots < 1 || slots > MAX_SLOTS) {
            throw new InvalidOptionException("service.cluster.slots", slots, "must be 1 to " + MAX_SLOTS);
        }
        if (lease.compareTo(SHORTEST) < 0 || lease.compareTo(LONGEST) > 0) {
            throw new InvalidOptionException("service.cluster.lease", lease, "must be 1 s to 10 minutes");
        }
    }

    /** Without the URL, which can have a password in it. */
    @Override
    public String toString() {
        return "ClusterSettings[prefix=" + prefix + ", node=" + node + ", slots=" + slots + ", lease=" + lease + "]";
    }
}
