package io.agentruntime.phoenix;

import io.agentruntime.error.Checks;
import io.agentruntime.error.DecodeException;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.telemetry.Operation;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One topic of a {@link PhoenixSocket}: joined, pushed to, listened to and left.
 *
 * <p>From {@link #join()} to {@link #leave()} the channel is wanted: after a reconnect, a crash or a join that took too long it
 * is joined again by itself, with fresh params. Streams outlive that. They complete when the channel is left or the socket
 * closed, and fail with a {@link ChannelClosedException} when the server closes the channel, with {@link
 * JoinRefusedException} when the first join is refused, and with the connection's error when that is given up.
 *
 * <p>The code behind a {@code Mono} runs on an event loop or on the timer and must not block.
 */
public final class PhoenixChannel {

    private final ChannelMachine machine;
    private final SocketSettings settings;
    private final SocketHub hub;
    private final ConcurrentMap<Class<?>, Presence<?>> presences = new ConcurrentHashMap<>();

    /** Kept from the beginning, so that whoever asks later gets what the server says only once, after the join. */
    private final PresenceTracker<JsonPayload> present;

    PhoenixChannel(ChannelMachine machine, SocketSettings settings, SocketHub hub) {
        this.machine = machine;
        this.settings = settings;
        this.hub = hub;
        this.present = new PresenceTracker<>(JsonPayload.class, machine, settings, hub);
        machine.inbox().execute(() -> machine.streams().track(present));
    }

    /** The topic. */
    public String topic() {
        return machine.topic();
    }

    // ---- Joining and leaving

    /**
     * Joins the channel, or joins whoever is at it already, or emits the reply that it was joined with. Without a session it
     * waits for one; it does not connect the socket.
     *
     * <p>Errors: {@link JoinRefusedException} (a first join that is refused is not tried again; call {@code join()} when it
     * makes sense), {@link ChannelCrashedException} and {@link io.agentruntime.error.TimeLimitException} (the channel goes on
     * trying), what the params supplier fails with, {@link ChannelClosedException}, {@link
     * io.agentruntime.error.RuntimeClosedException}. The limit is {@code joinTimeout}, counted from the call. Cancelling gives
     * a first join up when nobody else waits for it.
     */
    public Mono<JoinReply> join() {
        return Mono.create(sink -> machine.inbox().execute(() -> machine.onJoin(sink)));
    }

    /**
     * Leaves the channel, and stays away. Completes when the server has confirmed it, at most after {@code leaveTimeout}; at
     * once when there is nothing that it could confirm. Idempotent; never fails. Pushes that still wait fail with {@link
     * ChannelClosedException}. Cancelling stops the waiting only.
     */
    public Mono<Void> leave() {
        return Mono.create(sink -> machine.inbox().execute(() -> machine.onLeave(sink)));
    }

    /** The present state, then each one after it. Never fails, never repeats a state, completes when the socket is closed. */
    public Flux<ChannelState> state() {
        return machine.states();
    }

    /** The present state. */
    public ChannelState currentState() {
        return machine.state();
    }

    // ---- Pushing

    /** {@link #push(String, Object)} with an empty object. */
    public Mono<Reply> push(String event) {
        return push(event, Map.of());
    }

    /**
     * Pushes an event, and emits the server's reply, whatever its status.
     *
     * <p>While the channel is being joined the push waits for it, in order, in a buffer of {@code pushBuffer}. Errors, each
     * meaning that no reply will come: {@link NotJoinedException} (nobody has joined the channel), {@link
     * PushBufferOverflowException}, {@link io.agentruntime.error.TimeLimitException} after {@code pushTimeout}, counted from
     * the call, {@link ChannelCrashedException}, {@link ChannelClosedException}, {@link
     * io.agentruntime.error.SessionEndedException} (in these three the server may have acted on it), {@link
     * HeaderTooLongException}, {@link io.agentruntime.error.EncodeException}, {@link
     * io.agentruntime.error.OutboundOverflowException}. Cancelling takes the push out of the buffer, or forgets its reply.
     *
     * @param payload any value that Jackson can write; {@code byte[]}, {@link io.netty.buffer.ByteBuf} and {@link
     *     java.nio.ByteBuffer} travel in a binary frame. It is written when it is sent: do not change it before. A {@code
     *     ByteBuf} is retained until then; its owner may release it when the {@code Mono} is subscribed
     */
    public Mono<Reply> push(String event, Object payload) {
        return push(event, payload, settings.pushTimeout());
    }

    /** {@link #push(String, Object)} with a limit of its own. */
    public Mono<Reply> push(String event, Object payload, Duration limit) {
        Checks.positive("limit", limit);
        return push(event, payload, true, limit);
    }

    /**
     * Pushes an event without waiting for a reply. Completes when the socket has taken it; waits for the channel to be joined
     * as {@link #push(String, Object)} does, and has the same errors.
     */
    public Mono<Void> send(String event, Object payload) {
        return push(event, payload, false, settings.pushTimeout()).then();
    }

    private Mono<Reply> push(String event, Object payload, boolean replied, Duration limit) {
        Mono<Reply> outcome = Mono.create(sink -> {
            Push push =
                    new Push(event, payload, replied, limit, settings.timer().now(TimeUnit.NANOSECONDS), sink);
            machine.inbox().execute(() -> machine.onPush(push));
            sink.onCancel(() -> machine.inbox().execute(() -> machine.onPushCancelled(push)));
        });
        return settings.telemetry()
                .observe(new Operation.Push(replied ? "push" : "send", event, topic()), outcome, Reply::outcome);
    }

    // ---- Listening

    /** Every message of the channel, but for the protocol's own. Hot: from subscription on. */
    public Flux<PhoenixMessage> messages() {
        return messages(settings.streams());
    }

    /** Every message, served with options of one's own. */
    public Flux<PhoenixMessage> messages(StreamOptions options) {
        return machine.listened(machine.streams().messages.all(options));
    }

    /** The messages of one event. Others cost the subscriber nothing. */
    public Flux<PhoenixMessage> on(String event) {
        return on(event, settings.streams());
    }

    /** The messages of one event, served with options of one's own. */
    public Flux<PhoenixMessage> on(String event, StreamOptions options) {
        return machine.listened(machine.streams().messages.of(event, options));
    }

    /**
     * The payloads of one event as objects. A payload that does not fit is reported by {@link PhoenixSocket#errors()} and left
     * out; the stream goes on.
     */
    public <T> Flux<T> on(String event, Class<T> type) {
        return on(event, type, settings.streams());
    }

    /** The payloads of one event as objects, served with options of one's own. */
    public <T> Flux<T> on(String event, Class<T> type, StreamOptions options) {
        return on(event, options).handle((message, sink) -> {
            @Nullable T value = null;
            try {
                value = message.payload().as(type);
            } catch (DecodeException e) {
                hub.report(e);
            }
            if (value != null) {
                sink.next(value);
            }
        });
    }

    /** Every message, and a gap wherever some may be missing because the channel was not joined. */
    public Flux<Delivery<PhoenixMessage>> deliveries() {
        return deliveries(settings.streams());
    }

    /** Messages and gaps, served with options of one's own. */
    public Flux<Delivery<PhoenixMessage>> deliveries(StreamOptions options) {
        return machine.listened(machine.streams().deliveries.flux(options));
    }

    /** Who is present, their metas unread. */
    public Presence<JsonPayload> presence() {
        return presence(JsonPayload.class);
    }

    /** Who is present, their metas read as objects of a class. */
    @SuppressWarnings("unchecked") // what is kept for a class was made for it
    public <M> Presence<M> presence(Class<M> type) {
        return (Presence<M>) presences.computeIfAbsent(
                type, wanted -> type == JsonPayload.class ? new Presence<>(present.asked()) : track(type));
    }

    private <M> Presence<M> track(Class<M> type) {
        PresenceTracker<M> tracker = new PresenceTracker<>(type, machine, settings, hub).asked();
        machine.inbox().execute(() -> {
            tracker.startAs(present);
            machine.streams().track(tracker);
        });
        return new Presence<>(tracker);
    }

    @Override
    public String toString() {
        return "PhoenixChannel[" + topic() + ", " + currentState().name() + "]";
    }
}
