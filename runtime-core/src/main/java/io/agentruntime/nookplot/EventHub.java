package io.agentruntime.nookplot;

import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.stream.Batch;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.HotStream;
import io.agentruntime.stream.KeyedStreams;
import io.agentruntime.stream.ReadGate;
import io.agentruntime.stream.StreamKind;
import io.agentruntime.stream.SubscriberStats;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything that arrives, on its way to the subscribers. Belongs to the runtime; sessions come and go beneath it. */
final class EventHub {

    final KeyedStreams<String, GatewayEvent> events;
    final KeyedStreams<String, Arrival> channels;
    final KeyedStreams<String, Delivery<ChannelMessage>> refilledChannels;
    final HotStream<Delivery<InboxMessage>> inbox;
    final HotStream<Delivery<InboxMessage>> refilledInbox;
    final HotStream<RuntimeClientException> errors;

    private final NookplotSettings settings;

    EventHub(NookplotSettings settings, ReadGate gate) {
        this.settings = settings;
        this.events = new KeyedStreams<>("events", gate);
        this.channels = new KeyedStreams<>("channel messages", gate);
        this.refilledChannels = new KeyedStreams<>("refilled channel messages", gate);
        this.inbox = new HotStream<>("inbox messages", gate);
        this.refilledInbox = new HotStream<>("refilled inbox messages", gate);
        this.errors = new HotStream<>("errors", null);
    }

    void publish(GatewayEvent event) {
        events.next(event.type(), event);
    }

    void publish(GatewayEvent event, Batch batch) {
        events.next(event.type(), event, batch);
    }

    /** Publishes an event that this runtime makes itself, in the shape of the gateway's own. */
    void publishLocal(String type, Object data) {
        if (!events.wanted(type)) {
            return;
        }
        String timestamp = settings.now().toString();
        Map<String, Object> frame = new LinkedHashMap<>();
        frame.put("type", type);
        frame.put("timestamp", timestamp);
        frame.put("data", data);
        publish(new GatewayEvent(type, timestamp, payload(data), payload(frame), true));
    }

    private JsonPayload payload(Object value) {
        JsonCodec json = settings.json();
        return json.payload("local event", json.encode(value));
    }

    /** Something went wrong that no caller waits for. */
    void report(Throwable error) {
        errors.next(
                error instanceof RuntimeClientException known
                        ? known
                        : new RuntimeClientException("A call in the background failed", error));
    }

    /** The connection is given up: whoever reads only messages must learn of it. */
    void fail(Throwable cause) {
        events.fail(cause);
        channels.fail(cause);
        refilledChannels.fail(cause);
        inbox.fail(cause);
        refilledInbox.fail(cause);
    }

    /** The runtime is closed. */
    void complete() {
        events.complete();
        channels.complete();
        refilledChannels.complete();
        inbox.complete();
        refilledInbox.complete();
        errors.complete();
    }

    /** Whether anybody reads direct messages. */
    boolean inboxWanted() {
        return inbox.hasSubscribers() || refilledInbox.hasSubscribers();
    }

    /** Every kind of stream that users read. */
    StreamKind[] kinds() {
        return new StreamKind[] {
            events.kind(), channels.kind(), refilledChannels.kind(), inbox.kind(), refilledInbox.kind(), errors.kind()
        };
    }

    List<SubscriberStats> stats() {
        List<SubscriberStats> all = new ArrayList<>(events.stats());
        all.addAll(channels.stats());
        all.addAll(refilledChannels.stats());
        all.addAll(inbox.stats());
        all.addAll(refilledInbox.stats());
        all.addAll(errors.stats());
        return all;
    }

    /** Whether every subscriber has taken what was there for it. */
    boolean drained() {
        return stats().stream().allMatch(subscriber -> subscriber.buffered() == 0);
    }
}
