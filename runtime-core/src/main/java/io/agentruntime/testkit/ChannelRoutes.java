package io.agentruntime.testkit;

import io.agentruntime.testkit.ChannelBook.Channel;
import io.agentruntime.testkit.ChannelBook.Draft;
import io.agentruntime.testkit.ChannelBook.Member;
import io.agentruntime.testkit.ChannelBook.Message;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Channels, members, messages and history: {@code /v1/channels}. */
final class ChannelRoutes {

    static final List<String> MESSAGE_TYPES =
            List.of("text", "system", "collaboration", "trade", "attestation", "proposal");
    static final List<String> CHANNEL_TYPES = List.of("community", "clique", "custom", "project");
    static final int MAX_METADATA = 4096;
    static final int MAX_CONTENT = 10_000;
    private static final int MAX_ROWS = 200;
    private static final Pattern SLUG = Pattern.compile("[a-z0-9_-]{1,128}");

    private final GatewayCore core;

    ChannelRoutes(GatewayCore core) {
        this.core = core;
    }

    List<Route> routes() {
        return List.of(
                new Route("GET", "/v1/channels", this::list),
                new Route("POST", "/v1/channels", this::create),
                new Route("GET", "/v1/channels/*", this::detail),
                new Route("POST", "/v1/channels/*/join", this::join),
                new Route("POST", "/v1/channels/*/leave", this::leave),
                new Route("GET", "/v1/channels/*/members", this::members),
                new Route("GET", "/v1/channels/*/presence", this::presence),
                new Route("POST", "/v1/channels/*/messages", this::send),
                new Route("GET", "/v1/channels/*/messages", this::history));
    }

    private Answer list(Call call) {
        String type = call.query("channelType");
        String isPublic = call.query("isPublic");
        int limit = call.intQuery("limit", 50);
        int offset = call.intQuery("offset", 0);
        int rows = Call.rows(limit, offset, MAX_ROWS, "Failed to list channels");
        Stream<Channel> channels = core.channels
                .newestFirst()
                .filter(channel -> type == null || channel.draft.channelType().equals(type))
                .filter(channel -> switch (isPublic == null ? "" : isPublic) {
                    case "true" -> channel.draft.isPublic();
                    case "false" -> !channel.draft.isPublic();
                    default -> true;
                });
        return Answer.json(
                200,
                Json.object(
                        "channels",
                        channels.skip(offset)
                                .limit(rows)
                                .map(channel -> row(channel, call.agent()))
                                .toList(),
                        "limit",
                        limit,
                        "offset",
                        offset));
    }

    private static Map<String, @Nullable Object> row(Channel channel, GatewayAgent agent) {
        return Json.object(
                "id", channel.id,
                "slug", channel.draft.slug(),
                "name", channel.draft.name(),
                "description", channel.draft.description(),
                "channelType", channel.draft.channelType(),
                "sourceId", null,
                "isPublic", channel.draft.isPublic(),
                "memberCount", channel.members.size(),
                "isMember", channel.hasMember(agent.id()),
                "createdAt", GatewayClock.isoOfMicros(channel.createdMicros));
    }

    private Answer create(Call call) {
        String slug = call.text("slug");
        if (slug == null) {
            throw new ApiError(400, "slug is required");
        }
        if (!SLUG.matcher(slug).matches()) {
            throw new ApiError(400, "slug must match ^[a-z0-9_-]{1,128}$");
        }
        String name = call.text("name");
        if (name == null) {
            throw new ApiError(400, "name is required");
        }
        if (name.length() > 256) {
            throw new ApiError(400, "name too long (max 256 chars)");
        }
        String type = call.oneOf("channelType", CHANNEL_TYPES, "custom");
        JsonNode metadata = call.metadata(MAX_METADATA);
        if (core.channels.bySlug(slug) != null) {
            throw new ApiError(409, "Channel slug already exists");
        }
        JsonNode isPublic = call.body() == null ? null : call.body().get("isPublic");
        Channel channel = core.channels.create(new Draft(
                slug,
                name,
                call.text("description"),
                type,
                isPublic == null || !isPublic.isBoolean() || isPublic.booleanValue(),
                0,
                metadata));
        core.channels.join(channel, call.agent().id(), "owner");
        return Answer.json(
                201,
                Json.object(
                        "id",
                        channel.id,
                        "slug",
                        slug,
                        "name",
                        name,
                        "description",
                        channel.draft.description(),
                        "channelType",
                        type,
                        "isPublic",
                        channel.draft.isPublic(),
                        "createdAt",
                        GatewayClock.isoOfMicros(channel.createdMicros)));
    }

    private Answer detail(Call call) {
        Channel channel = visible(call, "Failed to get channel detail");
        Map<String, @Nullable Object> detail = row(channel, call.agent());
        detail.put("maxMembers", channel.draft.maxMembers());
        detail.put("metadata", channel.draft.metadata() == null ? Map.of() : channel.draft.metadata());
        detail.put("updatedAt", GatewayClock.isoOfMicros(channel.createdMicros));
        return Answer.json(200, detail);
    }

    private Answer join(Call call) {
        Channel channel = existing(call, "Failed to join channel");
        if (!channel.draft.isPublic()) {
            throw new ApiError(403, "Cannot join private channel without invitation");
        }
        if (channel.draft.maxMembers() > 0 && channel.members.size() >= channel.draft.maxMembers()) {
            throw new ApiError(400, "Channel is full");
        }
        Member member = core.messages.join(channel, call.agent());
        return Answer.json(
                200,
                Json.object(
                        "channelId", channel.id,
                        "role", member.role(),
                        "joinedAt", GatewayClock.isoOfMicros(member.joinedMicros())));
    }

    private Answer leave(Call call) {
        InboxRoutes.requireUuid(call.param(), "Failed to leave channel");
        Channel channel = core.channels.byId(call.param());
        if (channel == null || !core.messages.leave(channel, call.agent())) {
            throw new ApiError(404, "Not a member of this channel");
        }
        return Answer.json(200, Json.object("success", true));
    }

    private Answer members(Call call) {
        Channel channel = visible(call, "Failed to list members");
        int limit = call.intQuery("limit", 100);
        int offset = call.intQuery("offset", 0);
        int rows = Call.rows(limit, offset, MAX_ROWS, "Failed to list members");
        return Answer.json(
                200,
                Json.object(
                        "members",
                        channel.members.values().stream()
                                .skip(offset)
                                .limit(rows)
                                .map(this::member)
                                .toList(),
                        "limit",
                        limit,
                        "offset",
                        offset));
    }

    private Map<String, @Nullable Object> member(Member member) {
        GatewayAgent agent = core.agents.get(member.agentId());
        return Json.object(
                "agentAddress", agent.address(),
                "displayName", agent.displayName().orElse(null),
                "role", member.role(),
                "joinedAt", GatewayClock.isoOfMicros(member.joinedMicros()));
    }

    private Answer presence(Call call) {
        Channel channel = visible(call, "Failed to get presence");
        List<Map<String, @Nullable Object>> online = channel.members.keySet().stream()
                .filter(agentId -> core.sessions.of(agentId) != null)
                .map(core.agents::get)
                .map(agent -> Json.object(
                        "address", agent.address(),
                        "displayName", agent.displayName().orElse(null)))
                .toList();
        return Answer.json(200, Json.object("online", online, "channelId", channel.id));
    }

    private Answer send(Call call) {
        String content = content(call, "content too long (max " + MAX_CONTENT + " chars)");
        String messageType = call.oneOf("messageType", MESSAGE_TYPES, "text");
        JsonNode metadata = call.metadata(MAX_METADATA);
        Channel channel = existing(call, "Failed to send channel message");
        if (!channel.hasMember(call.agent().id())) {
            throw new ApiError(403, "Must be a channel member to send messages");
        }
        refuseTooMany(call.agent(), channel);
        String signature = core.signatures.verifiedSignature(call, channel);
        refuseBlocked(core, content);
        Message message = core.messages.post(call.agent(), channel, content, messageType, metadata, signature);
        return Answer.json(
                201,
                Json.object(
                        "id",
                        message.id(),
                        "channelId",
                        channel.id,
                        "messageType",
                        messageType,
                        "createdAt",
                        GatewayClock.isoOfMicros(message.createdMicros())));
    }

    private void refuseTooMany(GatewayAgent agent, Channel channel) {
        int limit = core.settings.rateLimits().messagesPerMinute();
        if (limit > 0 && core.rateLimiter.left(agent.id() + ":" + channel.id, limit) < 0) {
            throw new ApiError(Answer.error(429, "Rate limit exceeded (" + limit + " messages/min per channel)", null)
                    .with(Map.of("Retry-After", "60")));
        }
    }

    private Answer history(Call call) {
        Channel channel = visible(call, "Failed to get messages");
        int limit = call.intQuery("limit", 50);
        int rows = Call.rows(limit, 0, MAX_ROWS, "Failed to get messages");
        Stream<Message> messages = channel.before(beforeMicros(call.query("before")));
        return Answer.json(
                200,
                Json.object("messages", messages.limit(rows).map(this::message).toList(), "limit", limit));
    }

    private static long beforeMicros(@Nullable String before) {
        if (before == null) {
            return Long.MAX_VALUE;
        }
        try {
            // A '+' of an offset that was not encoded arrives as a blank.
            Instant instant = OffsetDateTime.parse(before.replace(' ', '+')).toInstant();
            return instant.getEpochSecond() * 1_000_000L + instant.getNano() / 1_000;
        } catch (DateTimeParseException e) {
            throw new ApiError(500, "Failed to get messages");
        }
    }

    private Map<String, @Nullable Object> message(Message message) {
        GatewayAgent sender = core.agents.get(message.fromAgentId());
        return Json.object(
                "id", message.id(),
                "from", sender.address(),
                "fromName", sender.displayName().orElse(null),
                "messageType", message.messageType(),
                "content", message.content(),
                "metadata", message.metadata() == null ? Map.of() : message.metadata(),
                "signature", message.signature(),
                "createdAt", GatewayClock.isoOfMicros(message.createdMicros()),
                "_contentSafety", Json.object("scanned", false, "threatLevel", "none"));
    }

    // What several calls refuse

    static String content(Call call, String tooLong) {
        String content = call.text("content");
        if (content == null) {
            throw new ApiError(400, "content is required (string)");
        }
        if (content.length() > MAX_CONTENT) {
            throw new ApiError(400, tooLong);
        }
        return content;
    }

    static void refuseBlocked(GatewayCore core, String content) {
        if (core.faults.blocks(content)) {
            throw new ApiError(
                    Answer.json(422, Json.object("error", "Message blocked by safety scanner", "threatLevel", "high")));
        }
    }

    private Channel existing(Call call, String failure) {
        InboxRoutes.requireUuid(call.param(), failure);
        Channel channel = core.channels.byId(call.param());
        if (channel == null) {
            throw new ApiError(404, "Channel not found");
        }
        return channel;
    }

    private Channel visible(Call call, String failure) {
        Channel channel = existing(call, failure);
        if (!channel.draft.isPublic() && !channel.hasMember(call.agent().id())) {
            throw new ApiError(403, "Not a member of this private channel");
        }
        return channel;
    }
}
