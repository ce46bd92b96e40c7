package io.agentruntime.nookplot;

import io.agentruntime.stream.Delivery;
import java.time.Instant;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Which streams have missed messages since when. A gap opens when a session ends, at its last sign of life, and closes
 * when the first thing proves that messages are delivered again.
 */
final class Gaps {

    private static final String REASON = "the connection was lost or closed";

    private final EventHub hub;
    private final InboxFeed inboxFeed;
    private final Refills refills;
    private final NookplotSettings settings;
    private final ConcurrentMap<String, Instant> channels = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Instant> inbox = new AtomicReference<>();

    Gaps(EventHub hub, InboxFeed inboxFeed, Refills refills, NookplotSettings settings) {
        this.hub = hub;
        this.inboxFeed = inboxFeed;
        this.refills = refills;
        this.settings = settings;
    }

    /** A session ended: of {@code delivered} channels nothing arrives from {@code from} on. An open gap stays as it is. */
    void open(Collection<String> delivered, Instant from) {
        delivered.forEach(channel -> openChannel(channel, from));
        inbox.compareAndSet(null, from);
    }

    /** A channel is delivered no longer. An open gap stays as it is. */
    void openChannel(String channelId, Instant from) {
        channels.putIfAbsent(channelId, from);
    }

    /** Whether any channel's gap is open. */
    boolean anyChannelOpen() {
        return !channels.isEmpty();
    }

    /** A channel delivers again. Called for each of its messages before it goes out. */
    void closeChannel(NookplotSession session, String channelId) {
        if (channels.isEmpty()) {
            return;
        }
        Instant from = channels.remove(channelId);
        if (from != null && !session.receiving()) {
            // The session ends at this moment: nothing will be delivered, and the gap it has opened may be this one.
            channels.merge(channelId, from, Gaps::earlier);
        } else if (from != null) {
            hub.channels.kind().gap();
            hub.channels.next(channelId, Arrival.of(new Delivery.Gap<>(from, settings.now(), REASON)));
            refills.channelDeliversAgain(channelId, from);
        }
    }

    /** Direct messages are announced again. */
    void closeInbox(NookplotSession session) {
        Instant from = inbox.getAndSet(null);
        if (from != null && !session.receiving()) {
            inbox.accumulateAndGet(from, (opened, known) -> opened == null ? known : earlier(opened, known));
        } else if (from != null) {
            hub.inbox.kind().gap();
            inboxFeed.gap(new Delivery.Gap<>(from, settings.now(), REASON));
        }
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /** A channel is not wanted any longer. */
    void forget(String channelId) {
        channels.remove(channelId);
    }
}
