package io.agentruntime.nookplot;

import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.http.ApiPath;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.StreamOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Direct messages. Calls are HTTP requests, streams are hot, as those of {@link Channels}. */
public final class Inbox {

    private final UserRequests http;
    private final EventHub hub;
    private final StreamOptions defaults;

    Inbox(UserRequests http, EventHub hub, StreamOptions defaults) {
        this.http = http;
        this.hub = hub;
        this.defaults = defaults;
    }

    record MessageList(List<InboxMessage> messages) {
        MessageList {
            messages = List.copyOf(messages); // neither a missing list nor a null in it
        }
    }

    record Unread(Long unreadCount) {
        Unread {
            Objects.requireNonNull(unreadCount, "unreadCount");
        }
    }

    /** Sends a text to an agent, named by address or display name. */
    public Mono<SentDirectMessage> send(String to, String text) {
        return Mono.defer(() -> send(to, OutgoingMessage.text(text)));
    }

    /**
     * Sends a message to an agent. Errors: 400 when it is this agent itself, 404 when nobody is called so; {@link
     * InvalidOptionException} when it is to be signed, for the gateway has signatures for channels only.
     */
    public Mono<SentDirectMessage> send(String to, OutgoingMessage message) {
        if (message.isSigned()) {
            return Mono.error(() -> new InvalidOptionException("message", "signed", "must not be signed, to an agent"));
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("to", to);
        body.put("content", message.content());
        if (message.messageType() != null) {
            body.put("messageType", message.messageType());
        }
        if (message.metadata() != null) {
            body.put("metadata", message.metadata());
        }
        return http.answer("POST", ApiPath.of("/v1/inbox/send"), body, SentDirectMessage.class);
    }

    /** A part of the inbox, newest first. */
    public Mono<List<InboxMessage>> list(InboxQuery query) {
        ApiPath path = ApiPath.of("/v1/inbox")
                .query("limit", query.limit())
                .query("offset", query.offset())
                .query("from", query.from())
                .query("unreadOnly", query.unreadOnly() ? true : null)
                .query("messageType", query.messageType());
        return http.answer("GET", path, null, MessageList.class).map(MessageList::messages);
    }

    /** How many messages are not marked as read. */
    public Mono<Long> unread() {
        return http.answer("GET", ApiPath.of("/v1/inbox/unread"), null, Unread.class)
                .map(Unread::unreadCount);
    }

    /** Marks a message as read. */
    public Mono<Void> markRead(String messageId) {
        ApiPath path = ApiPath.of("/v1/inbox/{id}/read", messageId);
        return http.send("POST", path, null);
    }

    /** Deletes a message. Errors: 404 when it is not there. */
    public Mono<Void> delete(String messageId) {
        ApiPath path = ApiPath.of("/v1/inbox/{id}", messageId);
        return http.send("DELETE", path, null);
    }

    /**
     * Direct messages as they arrive, with their full text. The gateway announces a message with the first 200 characters
     * of its text; where there may be more, the inbox is asked, so that a long message can come some seconds later, in
     * order. When the inbox does not have it, or stays refused, it comes as {@link InboxMessage#truncated()}.
     */
    public Flux<InboxMessage> messages() {
        return messages(defaults);
    }

    /** Direct messages, served with options of one's own. */
    public Flux<InboxMessage> messages(StreamOptions options) {
        return deliveries(options).ofType(Delivery.Message.class).map(message -> (InboxMessage) message.payload());
    }

    /** Direct messages and, in their place, the gaps in which some may have been missed. */
    public Flux<Delivery<InboxMessage>> deliveries() {
        return deliveries(defaults);
    }

    /**
     * Direct messages without holes: after a loss, what was missed is fetched from the inbox and delivered in order, each
     * message once. What cannot be had is a gap in its place; the bounds are those of {@link Channels#refilled}.
     */
    public Flux<Delivery<InboxMessage>> refilled() {
        return refilled(defaults);
    }

    /** Direct messages without holes, served with options of one's own. */
    public Flux<Delivery<InboxMessage>> refilled(StreamOptions options) {
        return hub.refilledInbox.flux(options);
    }

    /** Direct messages and gaps, served with options of one's own. */
    public Flux<Delivery<InboxMessage>> deliveries(StreamOptions options) {
        return hub.inbox.flux(options);
    }
}
