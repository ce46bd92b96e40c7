package io.agentruntime.codebolt;

import io.agentruntime.error.Checks;
import org.jspecify.annotations.Nullable;

/**
 * What a plugin registers as a channel.
 *
 * @param name its name
 * @param platform the platform, e.g. {@code telegram}
 * @param agentId the agent that its messages are for
 * @param threadStrategy how threads are found unless a message says otherwise
 * @param environmentId the environment that the agent runs in
 * @param autoConnect whether the server connects it by itself
 * @param channelId the id to register it by; by default the server chooses one, another one after each reconnect
 */
public record ChannelConfig(
        String name,
        String platform,
        String agentId,
        ThreadStrategy threadStrategy,
        @Nullable String environmentId,
        @Nullable Boolean autoConnect,
        @Nullable String channelId) {

    /** Checks that nothing is blank. */
    public ChannelConfig {
        Checks.text("name", name);
        Checks.text("platform", platform);
        Checks.text("agentId", agentId);
    }

    /** A channel without more than it needs. */
    public static ChannelConfig of(String name, String platform, String agentId, ThreadStrategy strategy) {
        return new ChannelConfig(name, platform, agentId, strategy, null, null, null);
    }

    /** The same channel with its agent in this environment. */
    public ChannelConfig inEnvironment(String id) {
        return new ChannelConfig(name, platform, agentId, threadStrategy, id, autoConnect, channelId);
    }

    /** The same channel, connected by the server or not. */
    public ChannelConfig withAutoConnect(boolean connect) {
        return new ChannelConfig(name, platform, agentId, threadStrategy, environmentId, connect, channelId);
    }

    /** The same channel under this id. */
    public ChannelConfig withChannelId(String id) {
        return new ChannelConfig(name, platform, agentId, threadStrategy, environmentId, autoConnect, id);
    }
}
