package io.agentruntime.testkit;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Direct messages: {@code /v1/inbox}. */
final class InboxRoutes {

    private final GatewayCore core;

    InboxRoutes(GatewayCore core) {
        this.core = core;
    }

    List<Route> routes() {
        return List.of(
                new Route("POST", "/v1/inbox/send", this::send),
                new Route("GET", "/v1/inbox", this::list),
                new Route("GET", "/v1/inbox/unread", this::unread),
                new Route("POST", "/v1/inbox/*/read", this::markRead),
                new Route("DELETE", "/v1/inbox/*", this::delete));
    }

    private Answer send(Call call) {
        String to = call.text("to");
        if (to == null) {
            throw new ApiError(400, "to is required (agent address)");
        }
        String content = ChannelRoutes.content(call, "content too long (max 10,000 chars)");
        GatewayAgent recipient = core.agents.byAddressOrName(to);
        if (recipient == null) {
            throw new ApiError(404, "Recipient agent not found");
        }
        if (recipient.equals(call.agent())) {
            throw new ApiError(400, "Cannot send a message to yourself");
        }
        String messageType = call.oneOf("messageType", ChannelRoutes.MESSAGE_TYPES, "text");
        JsonNode metadata = call.metadata(ChannelRoutes.MAX_METADATA);
        ChannelRoutes.refuseBlocked(core, content);
        InboxBook.Mail mail = core.messages.direct(call.agent(), recipient, content, messageType, metadata);
        return Answer.json(
                201,
                Json.object(
                        "id",
                        mail.id(),
                        "to",
                        to,
                        "messageType",
                        messageType,
                        "createdAt",
                        GatewayClock.isoOfMicros(mail.createdMicros())));
    }

    private Answer list(Call call) {
        int limit = call.intQuery("limit", 50);
        int offset = call.intQuery("offset", 0);
        String from = call.query("from");
        GatewayAgent sender = from == null ? null : core.agents.byAddress(from);
        if (from != null && sender == null) {
            return Answer.json(200, Json.object("messages", List.of(), "limit", limit, "offset", offset));
        }
        int rows = Call.rows(limit, offset, 200, "Failed to list messages");
        String messageType = call.query("messageType");
        boolean unreadOnly = "true".equals(call.query("unreadOnly"));
        Stream<InboxBook.Mail> mails = core.inbox
                .newestFirst(call.agent().id())
                .filter(mail -> sender == null || sender.id().equals(mail.fromAgentId()))
                .filter(mail -> messageType == null || messageType.equals(mail.messageType()))
                .filter(mail -> !unreadOnly || mail.readMillis() == null);
        return Answer.json(
                200,
                Json.object(
                        "messages",
                        mails.skip(offset)
                                .limit(rows)
                                .map(mail -> row(mail, call.agent()))
                                .toList(),
                        "limit",
                        limit,
                        "offset",
                        offset));
    }

    private Map<String, @Nullable Object> row(InboxBook.Mail mail, GatewayAgent recipient) {
        GatewayAgent sender = core.agents.get(mail.fromAgentId());
        return Json.object(
                "id", mail.id(),
                "from", sender.address(),
                "fromName", sender.displayName().orElse(null),
                "to", recipient.address(),
                "messageType", mail.messageType(),
                "content", mail.content(),
                "metadata", mail.metadata(),
                "readAt", mail.readMillis() == null ? null : GatewayClock.iso(mail.readMillis()),
                "createdAt", GatewayClock.isoOfMicros(mail.createdMicros()));
    }

    private Answer unread(Call call) {
        return Answer.json(
                200, Json.object("unreadCount", core.inbox.unread(call.agent().id())));
    }

    private Answer markRead(Call call) {
        requireUuid(call.param(), "Failed to mark message as read");
        if (!core.inbox.markRead(call.agent().id(), call.param())) {
            throw new ApiError(404, "Message not found or already read");
        }
        return Answer.json(200, Json.object("success", true));
    }

    private Answer delete(Call call) {
        requireUuid(call.param(), "Failed to delete message");
        if (!core.inbox.delete(call.agent().id(), call.param())) {
            throw new ApiError(404, "Message not found");
        }
        return Answer.json(200, Json.object("success", true));
    }

    /** An id that is no UUID is an error of the database, hence 500 and not 404 (observed). */
    static void requireUuid(String id, String failure) {
        if (!Js.isUuid(id)) {
            throw new ApiError(500, failure);
        }
    }
}
