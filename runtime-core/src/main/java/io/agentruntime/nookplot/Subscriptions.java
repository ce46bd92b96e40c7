package io.agentruntime.nookplot;

import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.SubscriptionException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.nookplot.ChannelSubscription.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Which channels this runtime wants, across sessions, and which of them have one of the agent's slots: explicit ones
 * first, in the order in which they were asked for, then the agent's memberships, the newest channel first.
 */
final class Subscriptions {

    /** How many subscriptions the gateway allows an agent. */
    static final int SLOTS = 50;

    private static final String NO_SLOT =
            "all " + SLOTS + " slots are taken by explicit subscriptions and newer channels";

    /** A channel that is wanted. */
    private record Wanted(
            String id,
            boolean explicit,
            long asked,
            Instant created,
            Status status,
            @Nullable String reason) {

        Wanted with(Status next, @Nullable String why) {
            return new Wanted(id, explicit, asked, created, next, why);
        }

        ChannelSubscription toPublic() {
            return new ChannelSubscription(id, explicit, status, reason);
        }
    }

    private static final Comparator<Wanted> FIRST_IN_LINE = Comparator.comparing(Wanted::explicit)
            .reversed()
            .thenComparing(wanted -> wanted.explicit() ? wanted.asked() : 0)
            .thenComparing(Wanted::created, Comparator.reverseOrder())
            .thenComparing(Wanted::id);

    private final EventHub hub;
    private final Gaps gaps;
    private volatile @Nullable NookplotSession current;
    private final ConcurrentMap<String, Wanted> wanted = new ConcurrentHashMap<>();
    private final Set<String> excluded = ConcurrentHashMap.newKeySet();
    private final Set<String> doubtful = ConcurrentHashMap.newKeySet();
    private final Set<String> uncalledFor = ConcurrentHashMap.newKeySet();
    private final AtomicLong asked = new AtomicLong();

    Subscriptions(EventHub hub, Gaps gaps) {
        this.hub = hub;
        this.gaps = gaps;
    }

    List<ChannelSubscription> all() {
        return line().stream().map(Wanted::toPublic).toList();
    }

    // ---- Asked for by the user

    /** See {@link Channels#subscribe}. */
    Mono<Status> subscribe(String channelId) {
        return Mono.defer(() -> {
            excluded.remove(channelId);
            Wanted standing = wanted.compute(
                    channelId,
                    (id, known) -> new Wanted(
                            id,
                            true,
                            known != null && known.explicit() ? known.asked() : asked.incrementAndGet(),
                            known == null ? Instant.EPOCH : known.created(),
                            known != null && known.status() == Status.SUBSCRIBED ? Status.SUBSCRIBED : Status.PENDING,
                            null));
            NookplotSession session = current;
            if (session == null || standing.status() == Status.SUBSCRIBED) {
                return Mono.just(standing.status()); // asked again at its limit of slots, the gateway would refuse
            }
            return makeRoom(session)
                    .then(request(session, channelId))
                    .onErrorResume(
                            SubscriptionException.class,
                            refused -> fill(session).then(Mono.error(refused)))
                    .thenReturn(Status.SUBSCRIBED);
        });
    }

    /** See {@link Channels#unsubscribe}. */
    Mono<Void> unsubscribe(String channelId) {
        return Mono.defer(() -> {
            excluded.add(channelId);
            wanted.remove(channelId);
            gaps.forget(channelId);
            NookplotSession session = current;
            return session == null
                    ? Mono.empty()
                    : session.unsubscribe(channelId).then(fill(session));
        });
    }

    /** The agent has become a member of a channel through this runtime. */
    Mono<Void> joined(String channelId, Instant created) {
        return Mono.defer(() -> {
            excluded.remove(channelId);
            add(channelId, created);
            NookplotSession session = current;
            return session == null ? Mono.empty() : fill(session);
        });
    }

    /** The agent has left a channel through this runtime; leaving does not end the subscription by itself. */
    Mono<Void> left(String channelId) {
        return Mono.defer(() -> {
            boolean known = wanted.remove(channelId) != null;
            gaps.forget(channelId);
            NookplotSession session = current;
            return session == null || !known
                    ? Mono.empty()
                    : session.unsubscribe(channelId).onErrorComplete().then(fill(session));
        });
    }

    // ---- Found out

    /** Channels that the agent is a member of. Those that find a slot are subscribed, of the others an event tells. */
    Mono<Void> discovered(NookplotSession session, List<Channel> memberships) {
        return Mono.defer(() -> {
            for (Channel channel : memberships) {
                add(channel.id(), channel.createdAt() == null ? Instant.EPOCH : channel.createdAt());
            }
            return fill(session);
        });
    }

    private void add(String channelId, Instant created) {
        wanted.computeIfAbsent(
                channelId,
                id -> excluded.contains(id) ? null : new Wanted(id, false, 0, created, Status.PENDING, null));
    }

    /** The gateway has subscribed a channel. It counts also when it is late, or when whoever asked for it has gone. */
    void joined(NookplotSession session, String channelId) {
        doubtful.remove(channelId);
        note(session, channelId, Status.SUBSCRIBED, null);
    }

    /** Whether {@link #delivered} would learn anything. */
    boolean anyInDoubt() {
        return !doubtful.isEmpty();
    }

    /**
     * A message of a channel is here. At its limit of slots the gateway refuses to subscribe a channel anew although it
     * goes on delivering it (another connection of the agent had it): what arrives is the better witness. For the same
     * reason a channel may be delivered that nobody has asked for here, and is missed like others when the session ends.
     */
    void delivered(NookplotSession session, String channelId) {
        if (!doubtful.isEmpty() && doubtful.contains(channelId)) {
            joined(session, channelId);
        }
        if (!wanted.containsKey(channelId) && !excluded.contains(channelId)) {
            uncalledFor.add(channelId);
        }
    }

    // ---- Across sessions

    /** The gateway has welcomed a session: from now on what is asked for is asked of it. */
    void sessionBegan(NookplotSession session) {
        current = session;
        if (!session.receiving()) {
            current = null; // it ended at this moment, when it was not the current one yet
        }
    }

    /** Whether the gateway has welcomed the session, and no other since. */
    boolean isCurrent(NookplotSession session) {
        return current == session;
    }

    /** The current session is over: everything that is wanted waits for the next one. Tells which channels had been delivered. */
    Collection<String> sessionEnded() {
        List<String> delivered = new ArrayList<>(uncalledFor);
        current = null;
        doubtful.clear();
        uncalledFor.clear();
        wanted.replaceAll((id, channel) -> {
            if (channel.status() == Status.SUBSCRIBED) {
                delivered.add(id);
            }
            return channel.with(Status.PENDING, null);
        });
        return delivered;
    }

    /** Subscribes what was known before the session, each channel once. One that fails holds up no other; never fails. */
    Mono<Void> restore(NookplotSession session) {
        return fill(session);
    }

    /** Subscribes every channel that has a slot and is not subscribed, and takes note of those that have none. */
    private Mono<Void> fill(NookplotSession session) {
        return makeRoom(session).then(Mono.defer(() -> {
            List<Wanted> line = claims();
            line.stream().skip(SLOTS).forEach(channel -> noSlot(session, channel));
            return Flux.fromStream(line.stream().limit(SLOTS))
                    .filter(channel -> channel.status() == Status.PENDING || channel.status() == Status.NO_SLOT)
                    .flatMap(channel -> request(session, channel.id()).onErrorComplete(), SLOTS)
                    .then();
        }));
    }

    private List<Wanted> line() {
        return wanted.values().stream().sorted(FIRST_IN_LINE).toList();
    }

    /** Those that take a slot, or would: what was refused takes none. */
    private List<Wanted> claims() {
        return line().stream()
                .filter(channel -> channel.status() != Status.REFUSED)
                .toList();
    }

    private void noSlot(NookplotSession session, Wanted channel) {
        if (channel.status() == Status.PENDING) {
            note(session, channel.id(), Status.NO_SLOT, NO_SLOT);
            hub.publishLocal(GatewayEvent.CHANNEL_ERROR, new ChannelNotice(channel.id(), NO_SLOT));
        }
    }

    /** Explicit subscriptions and newer channels go before: the last in line gives up its slot. */
    private Mono<Void> makeRoom(NookplotSession session) {
        return Flux.defer(() -> Flux.fromStream(claims().stream().skip(SLOTS)))
                .filter(channel -> channel.status() == Status.SUBSCRIBED)
                .concatMap(channel -> {
                    note(session, channel.id(), Status.NO_SLOT, NO_SLOT);
                    gaps.openChannel(channel.id(), session.lastSignOfLife());
                    hub.publishLocal(GatewayEvent.CHANNEL_ERROR, new ChannelNotice(channel.id(), NO_SLOT));
                    return session.unsubscribe(channel.id()).onErrorComplete();
                })
                .then();
    }

    /** Subscribes one channel with the gateway and takes note of the outcome. */
    private Mono<Void> request(NookplotSession session, String channelId) {
        return session.subscribe(channelId)
                .then(Mono.defer(() -> confirmed(session, channelId)))
                .doOnError(SubscriptionException.class, refused -> noteRefusal(session, channelId, refused))
                .doOnError(TimeLimitException.class, late -> noteSilence(session, channelId, late));
    }

    private Mono<Void> confirmed(NookplotSession session, String channelId) {
        note(session, channelId, Status.SUBSCRIBED, null);
        // Unsubscribed in the meantime, perhaps before the gateway knew of the subscription.
        return wanted.containsKey(channelId)
                ? Mono.empty()
                : session.unsubscribe(channelId).onErrorComplete();
    }

    private void noteRefusal(NookplotSession session, String channelId, RuntimeClientException error) {
        note(session, channelId, Status.REFUSED, error.getMessage());
        doubtful.add(channelId);
    }

    private void noteSilence(NookplotSession session, String channelId, RuntimeClientException late) {
        note(session, channelId, Status.UNANSWERED, late.getMessage());
        doubtful.add(channelId);
        hub.publishLocal(GatewayEvent.CHANNEL_ERROR, new ChannelNotice(channelId, late.getMessage()));
    }

    /** Takes note of how a channel stands with a session, unless that is over: what is known then holds no longer. */
    private void note(NookplotSession session, String channelId, Status status, @Nullable String reason) {
        wanted.computeIfPresent(
                channelId, (id, channel) -> current == session ? channel.with(status, reason) : channel);
    }
}
