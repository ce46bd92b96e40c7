package io.agentruntime.nookplot;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The data of a {@code channel.joined}, {@code channel.left} or {@code channel.error} event.
 *
 * @param channelId the channel
 * @param error why it is not subscribed; only in {@code channel.error}
 */
public record ChannelNotice(String channelId, @Nullable String error) {

    public ChannelNotice {
        Objects.requireNonNull(channelId, "channelId");
    }
}
