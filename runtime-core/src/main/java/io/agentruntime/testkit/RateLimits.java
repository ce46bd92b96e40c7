package io.agentruntime.testkit;

/**
 * How often an {@link EmbeddedGateway} lets itself be called. Windows are fixed, of one minute.
 *
 * @param callsPerMinute calls a minute to one endpoint, of all agents together, for a real gateway counts by network
 *     address; 0 for no limit
 * @param messagesPerMinute messages a minute of one agent to one channel; 0 for no limit
 */
public record RateLimits(int callsPerMinute, int messagesPerMinute) {

    /** No limits: the default, for most tests are not about them. */
    public static RateLimits off() {
        return new RateLimits(0, 0);
    }

    /** What a running gateway was observed to allow at its strictest: 9 calls, 60 messages. */
    public static RateLimits realistic() {
        return new RateLimits(9, 60);
    }
}
