package io.agentruntime.phoenix;

import java.util.Map;
import reactor.core.publisher.Flux;

/**
 * Who is present in a channel, as Phoenix' Presence tells it. The server sends the state once, after each join; the channel keeps
 * it for whoever asks later.
 *
 * <p>Metas are told apart by their {@code phx_ref}, whatever the order in which the server's messages arrive. When the channel
 * is joined again, after a reconnect or a crash, the new state takes the old one's place, and the difference is reported as
 * joins and leaves; until then the old one stands. Metas that do not fit their type are reported by {@link
 * PhoenixSocket#errors()} and left out.
 *
 * @param <M> what a meta is read as
 */
public final class Presence<M> {

    private final PresenceTracker<M> tracker;

    Presence(PresenceTracker<M> tracker) {
        this.tracker = tracker;
    }

    /**
     * Who is present now, by key, then after each change. Each snapshot is immutable. Never fails but with the connection;
     * completes when the channel is left or the socket closed.
     */
    public Flux<Map<String, PresenceEntry<M>>> state() {
        return tracker.states();
    }

    /** Who comes, from subscription on; those who are there already are in {@link #state()}. Ends as {@link #state()}. */
    public Flux<PresenceChange<M>> joins() {
        return tracker.joins();
    }

    /** Who goes, from subscription on. Ends as {@link #state()}. */
    public Flux<PresenceChange<M>> leaves() {
        return tracker.leaves();
    }
}
