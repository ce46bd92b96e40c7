package io.agentruntime.phoenix;

import io.agentruntime.stream.Batch;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.HotStream;
import io.agentruntime.stream.KeyedStreams;
import io.agentruntime.stream.SubscriberStats;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What a channel gives to its subscribers: states, messages, the gaps between them, and who is present. Only touched by tasks of
 * the channel's inbox, but for the streams themselves.
 */
final class ChannelStreams {

    private static final String REASON = "the channel was not joined";

    final ChannelStates states;
    final KeyedStreams<String, PhoenixMessage> messages;
    final HotStream<Delivery<PhoenixMessage>> deliveries;

    private final SocketSettings settings;
    private final SocketHub hub;
    private final ChannelOptions options;
    private final List<PresenceTracker<?>> presences = new CopyOnWriteArrayList<>();
    private boolean delivering;
    private @Nullable Instant missingFrom;
    private @Nullable Object seen;

    ChannelStreams(String topic, ChannelOptions options, SocketSettings settings, SocketHub hub, Executor inbox) {
        this.states = new ChannelStates(topic, inbox);
        this.messages = new KeyedStreams<>(hub.channelMessages, "messages of " + topic, hub.gate);
        this.deliveries = new HotStream<>(hub.deliveries, "deliveries of " + topic, hub.gate);
        this.options = options;
        this.settings = settings;
        this.hub = hub;
    }

    /** What the resume hook has said of the last message. */
    @Nullable
    Object seen() {
        return seen;
    }

    void track(PresenceTracker<?> presence) {
        presences.add(presence);
    }

    /** Another join begins: presence starts over with it. */
    void joining() {
        presences.forEach(PresenceTracker::awaitState);
    }

    /** What is sent to the channel arrives from now on. */
    void delivering() {
        delivering = true;
        Instant from = missingFrom;
        if (from != null) {
            missingFrom = null;
            hub.deliveries.gap();
            deliveries.next(new Delivery.Gap<>(from, settings.now(), REASON));
        }
    }

    /** Nothing arrives any more since {@code from}. An open gap stays as it is. */
    void interrupted(Instant from) {
        if (delivering) {
            delivering = false;
            missingFrom = from;
        }
    }

    void deliver(PhoenixMessage message, @Nullable Batch batch) {
        delivering();
        remember(message);
        presences.forEach(presence -> presence.received(message));
        messages.next(message.event(), message, batch);
        if (deliveries.hasSubscribers()) {
            deliveries.next(new Delivery.Message<>(message), batch);
        }
    }

    private void remember(PhoenixMessage message) {
        try {
            Object cursor = options.cursor(message);
            seen = cursor == null ? seen : cursor;
        } catch (RuntimeException e) {
            hub.report(e);
        }
    }

    /** The connection is given up: whoever reads only messages must learn of it. */
    void fail(Throwable error) {
        messages.fail(error);
        deliveries.fail(error);
        presences.forEach(presence -> presence.fail(error));
    }

    /** The channel is closed; whoever joins it again begins anew. */
    void end(@Nullable Throwable error) {
        delivering = false;
        missingFrom = null;
        seen = null;
        if (error == null) {
            messages.end();
            deliveries.end();
            presences.forEach(PresenceTracker::end);
        } else {
            fail(error);
        }
        presences.forEach(PresenceTracker::clear);
    }

    /** The socket is closed for good. */
    void complete() {
        states.complete();
        messages.complete();
        deliveries.complete();
        presences.forEach(PresenceTracker::complete);
    }

    /** The present subscribers. Safe on any thread. */
    List<SubscriberStats> stats() {
        List<SubscriberStats> all = new ArrayList<>(states.stats());
        all.addAll(messages.stats());
        all.addAll(deliveries.stats());
        presences.forEach(presence -> all.addAll(presence.stats()));
        return all;
    }
}
