package io.agentruntime.nookplot;

import io.agentruntime.nookplot.MissedMessages.Row;
import io.agentruntime.nookplot.Refiller.Page;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.StreamKind;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** The streams that are refilled from the gateway's history: one for each channel that somebody reads so, and the inbox. */
final class Refills implements Disposable {

    private final EventHub hub;
    private final NookplotSettings settings;
    private final BackgroundCalls background;
    private final ChannelHistory channels;
    private final Inbox inbox;
    private final ServerClock serverClock = new ServerClock();
    private final ConcurrentMap<String, Refiller<ChannelMessage>> byChannel = new ConcurrentHashMap<>();
    private final Refiller<InboxMessage> ofInbox;
    private volatile String ownAddress = "";

    Refills(EventHub hub, NookplotSettings settings, BackgroundCalls background, ChannelHistory channels, Inbox inbox) {
        this.hub = hub;
        this.settings = settings;
        this.background = background;
        this.channels = channels;
        this.inbox = inbox;
        this.ofInbox = refiller(this::inboxPage, hub.refilledInbox.kind(), hub.refilledInbox::next);
    }

    private <T> Refiller<T> refiller(Refiller.History<T> history, StreamKind counts, Consumer<Delivery<T>> out) {
        return new Refiller<>(history, settings.refill(), settings, serverClock, counts, out);
    }

    private Refiller<ChannelMessage> of(String channelId) {
        return byChannel.computeIfAbsent(
                channelId,
                id -> refiller(
                        (before, fetched) -> channelPage(id, before),
                        hub.refilledChannels.kind(),
                        delivery -> hub.refilledChannels.next(id, delivery)));
    }

    /** A session is welcomed. */
    void welcomed(GatewayEvent welcome, ConnectResult session) {
        forgetUnread();
        ownAddress = session.address();
        welcome.time().ifPresent(server -> serverClock.sample(server, settings.now()));
    }

    /** A message of a channel arrived. */
    void message(ChannelMessage message) {
        of(message.channelId()).live(message.messageId(), message);
    }

    /** A channel delivers again after a loss. */
    void channelDeliversAgain(String channelId, Instant from) {
        if (hub.refilledChannels.wanted(channelId)) {
            of(channelId).deliversAgain(from);
        }
    }

    /** A direct message, or the place where some may be missing. */
    void inbox(Delivery<InboxMessage> delivery) {
        if (!hub.refilledInbox.hasSubscribers()) {
            return;
        }
        if (delivery instanceof Delivery.Message<InboxMessage> message) {
            ofInbox.live(message.payload().id(), message.payload());
        } else if (delivery instanceof Delivery.Gap<InboxMessage> gap) {
            ofInbox.deliversAgain(gap.from());
        }
    }

    /** The connection was lost; refilling begins anew with the next. */
    void connectionLost() {
        byChannel.values().forEach(Refiller::connectionLost);
        ofInbox.connectionLost();
        forgetUnread();
    }

    /** What was missed by those who have gone is not for those who come. */
    private void forgetUnread() {
        byChannel.keySet().removeIf(channelId -> !hub.refilledChannels.wanted(channelId));
        if (!hub.refilledInbox.hasSubscribers()) {
            ofInbox.forget();
        }
    }

    /** Whether nothing is being fetched. */
    boolean idle() {
        return ofInbox.idle() && byChannel.values().stream().allMatch(Refiller::idle);
    }

    private Mono<Page<ChannelMessage>> channelPage(String channelId, @Nullable Row<ChannelMessage> before) {
        HistoryQuery newest = HistoryQuery.newest(HistoryQuery.MAX_LIMIT);
        // The store knows microseconds, the query milliseconds: pages overlap by one, and ids tell rows apart.
        HistoryQuery query = before == null ? newest : newest.before(before.at().plusMillis(1));
        return background
                .inTurn(channels.page(channelId, query))
                .map(rows -> new Page<>(
                        rows.stream().map(row -> row(channelId, row)).toList(), rows.size() < HistoryQuery.MAX_LIMIT));
    }

    private Row<ChannelMessage> row(String channelId, HistoryMessage row) {
        ChannelMessage message = new ChannelMessage(
                channelId,
                null,
                null,
                null,
                row.id(),
                row.from(),
                null,
                row.fromName(),
                row.content(),
                row.messageType(),
                row.signature());
        return new Row<>(row.id(), row.createdAt(), row.from().equalsIgnoreCase(ownAddress), message);
    }

    private Mono<Page<InboxMessage>> inboxPage(@Nullable Row<InboxMessage> before, int fetched) {
        // By offset: what arrives meanwhile moves rows back, so that pages overlap, and ids tell rows apart.
        InboxQuery query = InboxQuery.newest(InboxQuery.MAX_LIMIT).withOffset(fetched);
        return background.inTurn(inbox.list(query)).map(this::inboxPage);
    }

    private Page<InboxMessage> inboxPage(List<InboxMessage> rows) {
        return new Page<>(
                rows.stream()
                        .map(row -> new Row<>(
                                row.id(),
                                row.createdAt() == null ? Instant.MAX : row.createdAt(),
                                row.from().equalsIgnoreCase(ownAddress),
                                row))
                        .toList(),
                rows.size() < InboxQuery.MAX_LIMIT);
    }

    @Override
    public void dispose() {
        byChannel.values().forEach(Refiller::dispose);
        ofInbox.dispose();
    }
}
