package io.agentruntime.phoenix.testkit;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * One client's membership of one topic, on the server's side: what a channel process is in Phoenix. Its methods may be
 * called from anywhere, at any time; once the channel is over they do nothing.
 *
 * <p>A payload is anything Jackson writes, or {@code byte[]} for a binary message.
 */
public final class ServerChannel {

    private final Hub hub;
    private final Connection connection;
    private final ChannelHandler handler;
    private final String topic;
    private final @Nullable String joinRef;
    private final Map<String, Object> assigns = new HashMap<>();
    private boolean open;

    ServerChannel(Hub hub, Connection connection, ChannelHandler handler, String topic, @Nullable String joinRef) {
        this.hub = hub;
        this.connection = connection;
        this.handler = handler;
        this.topic = topic;
        this.joinRef = joinRef;
    }

    /** The topic that was joined. */
    public String topic() {
        return topic;
    }

    /** The number of the socket it came over, as in the records. */
    public int socket() {
        return connection.number();
    }

    /** What the socket's client connected with. */
    public ConnectRequest connect() {
        return connection.request();
    }

    /** What a handler wants to remember of this channel. For use in handlers only. */
    public Map<String, Object> assigns() {
        return assigns;
    }

    /** What the server's time is measured on. */
    public Scheduler scheduler() {
        return hub.scheduler();
    }

    /** Whether it was accepted and is not over. */
    public boolean isOpen() {
        return hub.confined.get(() -> open);
    }

    /** Sends an event to this client. */
    public void push(String event, @Nullable Object payload) {
        whenOpen(() -> connection.send(this, WireMessage.push(joinRef, topic, event, payload)));
    }

    /** Sends an event to every client that has joined the topic, this one included. */
    public void broadcast(String event, @Nullable Object payload) {
        whenOpen(() -> hub.broadcast(topic, event, payload, null));
    }

    /** Sends an event to every client that has joined the topic but this one. */
    public void broadcastFrom(String event, @Nullable Object payload) {
        whenOpen(() -> hub.broadcast(topic, event, payload, this));
    }

    /** Ends it as an exception in a channel does: {@code phx_error}. */
    public void crash() {
        whenOpen(() -> connection.end(this, true));
    }

    /** Ends it in good order: {@code phx_close}. */
    public void stop() {
        whenOpen(() -> connection.end(this, false));
    }

    // Presence

    /**
     * Adds a presence with this meta under a key; the topic hears {@code presence_diff}. A key may have several, from
     * several channels.
     */
    public void track(String key, Map<String, ?> meta) {
        whenOpen(() -> hub.presences.track(this, key, meta));
    }

    /** Replaces the meta of this channel's presence; the topic hears of the old one leaving and the new one joining. */
    public void update(String key, Map<String, ?> meta) {
        whenOpen(() -> hub.presences.update(this, key, meta));
    }

    /** Takes this channel's presence back; so does the channel's end. */
    public void untrack(String key) {
        whenOpen(() -> hub.presences.untrack(this, key));
    }

    /** Pushes {@code presence_state}: who is present on the topic now. */
    public void pushPresenceState() {
        whenOpen(() ->
                connection.send(this, WireMessage.push(joinRef, topic, "presence_state", hub.presences.state(topic))));
    }

    private void whenOpen(Runnable action) {
        hub.confined.run(() -> {
            if (open) {
                action.run();
            }
        });
    }

    // Within a change

    @Nullable
    String joinRef() {
        return joinRef;
    }

    ChannelHandler handler() {
        return handler;
    }

    Connection connection() {
        return connection;
    }

    boolean isOpenNow() {
        return open;
    }

    void open() {
        open = true;
        hub.joined(this);
    }

    /** No more than the books: the client is not told. */
    void terminate() {
        if (open) {
            open = false;
            hub.left(this);
            handler.terminated(this);
        }
    }

    /** Without what the client sent. */
    @Override
    public String toString() {
        return "ServerChannel[" + topic + " on socket " + connection.number() + "]";
    }
}
