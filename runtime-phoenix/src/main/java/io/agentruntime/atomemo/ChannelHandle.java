package io.agentruntime.atomemo;

import io.agentruntime.phoenix.PhoenixChannel;
import reactor.core.publisher.Mono;

/** A channel that was joined, and the way out of it. */
public final class ChannelHandle {

    private final PhoenixChannel channel;
    private final Mono<Void> leaving;

    ChannelHandle(PhoenixChannel channel, Mono<Void> leaving) {
        this.channel = channel;
        this.leaving = leaving.cache();
    }

    /** The channel. */
    public PhoenixChannel channel() {
        return channel;
    }

    /**
     * Leaves the channel, and disconnects the socket when no other channel of the transporter is in use. Cold; idempotent;
     * never fails. Does not end the process.
     */
    public Mono<Void> dispose() {
        return leaving;
    }

    @Override
    public String toString() {
        return "ChannelHandle[" + channel + "]";
    }
}
