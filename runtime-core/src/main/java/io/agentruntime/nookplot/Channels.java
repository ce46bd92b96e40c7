package io.agentruntime.nookplot;

import io.agentruntime.error.Checks;
import io.agentruntime.http.ApiPath;
import io.agentruntime.nookplot.ChannelSubscription.Status;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.StreamOptions;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Channels: finding and joining them, talking in them, and hearing what is said.
 *
 * <p>Calls are HTTP requests: cold, each subscription makes one; they fail with the typed errors of {@link
 * io.agentruntime.http.JsonHttpClient}, and with {@link io.agentruntime.error.DisconnectedException} when {@code
 * disconnect()} is called meanwhile. Streams are hot, as those of {@link Events} are.
 */
public final class Channels {

    private final UserRequests http;
    private final ChannelHistory history;
    private final EventHub hub;
    private final Subscriptions subscriptions;
    private final NookplotSettings settings;
    private final MessageSigning signing;

    Channels(
            UserRequests http,
            ChannelHistory history,
            EventHub hub,
            Subscriptions subscriptions,
            NookplotSettings settings) {
        this.http = http;
        this.history = history;
        this.hub = hub;
        this.subscriptions = subscriptions;
        this.settings = settings;
        this.signing = new MessageSigning(http, settings);
    }

    // Lists are copied, which lets neither a missing list nor a null in one pass.

    record ChannelList(List<Channel> channels) {
        ChannelList {
            channels = List.copyOf(channels);
        }
    }

    record MemberList(List<ChannelMember> members) {
        MemberList {
            members = List.copyOf(members);
        }
    }

    record OnlineList(List<OnlineMember> online) {
        OnlineList {
            online = List.copyOf(online);
        }
    }

    // ---- Finding and joining

    /** The newest 200 channels. */
    public Mono<List<Channel>> list() {
        return list(ChannelQuery.firstPage());
    }

    /** One page of the gateway's channels, newest first. A page shorter than its limit is the last. */
    public Mono<List<Channel>> list(ChannelQuery query) {
        ApiPath path = ApiPath.of("/v1/channels")
                .query("limit", query.limit())
                .query("offset", query.offset())
                .query("channelType", query.channelType())
                .query("isPublic", query.isPublic());
        return http.answer("GET", path, null, ChannelList.class).map(ChannelList::channels);
    }

    /** One channel. Errors: 403 when it is private and the agent no member, 404. */
    public Mono<Channel> get(String channelId) {
        return http.answer("GET", ApiPath.of("/v1/channels/{id}", channelId), null, Channel.class);
    }

    /**
     * Creates a channel; the agent is its first member and subscribed to it, unless {@code autoSubscribe} is off. Errors:
     * 409 when the slug is taken.
     */
    public Mono<Channel> create(NewChannel channel) {
        return http.answer("POST", ApiPath.of("/v1/channels"), channel, Channel.class)
                .flatMap(created ->
                        subscribeMembership(created.id(), created.createdAt()).thenReturn(created));
    }

    /** Joins a channel and subscribes to it, unless {@code autoSubscribe} is off. */
    public Mono<ChannelMembership> join(String channelId) {
        ApiPath path = ApiPath.of("/v1/channels/{id}/join", channelId);
        return http.answer("POST", path, null, ChannelMembership.class)
                .flatMap(joined ->
                        subscribeMembership(channelId, joined.joinedAt()).thenReturn(joined));
    }

    private Mono<Void> subscribeMembership(String channelId, @Nullable Instant since) {
        return settings.autoSubscribe()
                ? subscriptions.joined(channelId, since == null ? settings.now() : since)
                : Mono.empty();
    }

    /** Leaves a channel; its subscription ends with it. */
    public Mono<Void> leave(String channelId) {
        ApiPath path = ApiPath.of("/v1/channels/{id}/leave", channelId);
        return http.send("POST", path, null).then(subscriptions.left(channelId));
    }

    /** The first 100 members of a channel. */
    public Mono<List<ChannelMember>> members(String channelId) {
        return members(channelId, 100, 0);
    }

    /** One page of a channel's members. */
    public Mono<List<ChannelMember>> members(String channelId, int limit, int offset) {
        Checks.range("limit", limit, 1, Integer.MAX_VALUE);
        Checks.range("offset", offset, 0, Integer.MAX_VALUE);
        ApiPath path = ApiPath.of("/v1/channels/{id}/members", channelId)
                .query("limit", limit)
                .query("offset", offset);
        return http.answer("GET", path, null, MemberList.class).map(MemberList::members);
    }

    /** The members of a channel that are connected now. */
    public Mono<List<OnlineMember>> presence(String channelId) {
        ApiPath path = ApiPath.of("/v1/channels/{id}/presence", channelId);
        return http.answer("GET", path, null, OnlineList.class).map(OnlineList::online);
    }

    // ---- Talking

    /** Sends a text to a channel. The gateway does not echo it as an event. */
    public Mono<SentMessage> send(String channelId, String text) {
        return Mono.defer(() -> send(channelId, OutgoingMessage.text(text)));
    }

    /**
     * Sends a message to a channel: at most 60 a minute. Errors: 422 when it was blocked; {@link
     * io.agentruntime.error.OutcomeUnknownException} when the answer was lost, and it is not sent again.
     *
     * <p>One {@linkplain OutgoingMessage#signed() with a signature} is signed when its turn has come: those of one
     * runtime go one after another, for their numbers must grow. Errors besides: {@link
     * io.agentruntime.error.InvalidOptionException} without a {@code privateKey}; 400 when the key is not the agent's, or
     * this machine's clock is more than 5 minutes off.
     */
    public Mono<SentMessage> send(String channelId, OutgoingMessage message) {
        ApiPath path = ApiPath.of("/v1/channels/{id}/messages", channelId);
        return message.isSigned()
                ? signing.signed(channelId, message, body -> http.answer("POST", path, body, SentMessage.class))
                : http.answer("POST", path, message, SentMessage.class);
    }

    /** A part of a channel's history, newest first. It holds the agent's own messages too. */
    public Mono<List<HistoryMessage>> history(String channelId, HistoryQuery query) {
        return history.page(channelId, query);
    }

    // ---- Subscriptions

    /**
     * Wants a channel's messages, now and after every reconnect, ahead of memberships. Emits {@link Status#SUBSCRIBED} when
     * the gateway has agreed; {@link Status#PENDING} when there is no session, then it is subscribed with the next one.
     *
     * <p>Errors: {@link io.agentruntime.error.SubscriptionException} when the gateway refuses, {@link
     * io.agentruntime.error.TimeLimitException} when it does not answer within {@code subscribeTimeout}, {@link
     * io.agentruntime.error.SessionEndedException}. In each case the channel stays wanted until {@link #unsubscribe}.
     */
    public Mono<Status> subscribe(String channelId) {
        return subscriptions.subscribe(channelId);
    }

    /**
     * Does not want a channel's messages any longer, also after a reconnect and when the agent is a member. Completes when
     * the gateway has confirmed, or at once when there is no session. Errors: {@link
     * io.agentruntime.error.TimeLimitException}, {@link io.agentruntime.error.SessionEndedException}; it holds all the same.
     */
    public Mono<Void> unsubscribe(String channelId) {
        return subscriptions.unsubscribe(channelId);
    }

    /** The channels that are wanted, in the order of their claim to one of the 50 slots, and how each stands. */
    public List<ChannelSubscription> subscriptions() {
        return subscriptions.all();
    }

    // ---- Hearing

    /**
     * The messages that arrive in a channel, as soon as it is subscribed (by membership or {@link #subscribe}; this stream
     * does not subscribe it). What is missed while there is no connection is missing without a sign: see {@link
     * #deliveries(String)}.
     */
    public Flux<ChannelMessage> messages(String channelId) {
        return messages(channelId, settings.streams());
    }

    /** The messages of a channel, served with options of one's own. */
    public Flux<ChannelMessage> messages(String channelId, StreamOptions options) {
        return payloads(hub.channels.of(channelId, options));
    }

    /** The messages of every channel. */
    public Flux<ChannelMessage> messages() {
        return messages(settings.streams());
    }

    /** The messages of every channel, served with options of one's own. */
    public Flux<ChannelMessage> messages(StreamOptions options) {
        return payloads(hub.channels.all(options));
    }

    /**
     * The messages that arrive in a channel and, in their place, the {@link Delivery.Gap}s in which some may have been
     * missed. A gap reaches from the last sign of life before the loss to the moment the channel is delivered again.
     */
    public Flux<Delivery<ChannelMessage>> deliveries(String channelId) {
        return deliveries(channelId, settings.streams());
    }

    /** The messages and gaps of a channel, served with options of one's own. */
    public Flux<Delivery<ChannelMessage>> deliveries(String channelId, StreamOptions options) {
        return readable(hub.channels.of(channelId, options));
    }

    /** The messages and gaps of every channel. */
    public Flux<Delivery<ChannelMessage>> deliveries() {
        return deliveries(settings.streams());
    }

    /** The messages and gaps of every channel, served with options of one's own. */
    public Flux<Delivery<ChannelMessage>> deliveries(StreamOptions options) {
        return readable(hub.channels.all(options));
    }

    /**
     * The messages of a channel without holes: after a loss, what was missed is fetched from the channel's history and
     * delivered in order, each message once, before those that arrived meanwhile. What cannot be had (older than {@code
     * refill.maxAge}, more than {@code refill.maxMessages}, refused) is a {@link Delivery.Gap} in its place. Messages from
     * the history lack the channel's names and the sender's id.
     */
    public Flux<Delivery<ChannelMessage>> refilled(String channelId) {
        return refilled(channelId, settings.streams());
    }

    /** The messages of a channel without holes, served with options of one's own. */
    public Flux<Delivery<ChannelMessage>> refilled(String channelId, StreamOptions options) {
        return hub.refilledChannels.of(channelId, options);
    }

    private static Flux<ChannelMessage> payloads(Flux<Arrival> arrivals) {
        return arrivals.handle((arrival, sink) -> {
            if (arrival.delivery() instanceof Delivery.Message<ChannelMessage> message) {
                sink.next(message.payload());
            }
        });
    }

    private static Flux<Delivery<ChannelMessage>> readable(Flux<Arrival> arrivals) {
        return arrivals.mapNotNull(Arrival::delivery);
    }
}
