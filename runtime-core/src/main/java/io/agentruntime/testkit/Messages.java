package io.agentruntime.testkit;

import io.agentruntime.testkit.ChannelBook.Channel;
import io.agentruntime.testkit.ChannelBook.Member;
import io.agentruntime.testkit.ChannelBook.Message;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Storing and delivering: the same whether a client asked over HTTP or a test through the gateway's own methods. */
final class Messages {

    private static final int PREVIEW = 200;

    private final GatewayCore core;

    Messages(GatewayCore core) {
        this.core = core;
    }

    /** Stores a channel message, then delivers it: stamped for the store first, for the event afterwards. */
    Message post(
            GatewayAgent from,
            Channel channel,
            String content,
            String messageType,
            @Nullable JsonNode metadata,
            @Nullable String signature) {
        Message message = core.channels.store(
                channel, from.id(), content, messageType, metadata, signature, core.faults.quarantines(content));
        toChannel(
                channel.id,
                "channel.message",
                Json.object(
                        "channelId", channel.id,
                        "channelSlug", channel.draft.slug(),
                        "channelName", channel.draft.name(),
                        "channelType", channel.draft.channelType(),
                        "messageId", message.id(),
                        "from", from.address(),
                        "fromAgentId", from.id(),
                        "fromName", from.displayName().orElse(null),
                        "content", content,
                        "messageType", messageType,
                        "signature", signature),
                from.id());
        return message;
    }

    InboxBook.Mail direct(
            GatewayAgent from, GatewayAgent to, String content, String messageType, @Nullable JsonNode metadata) {
        InboxBook.Mail mail = core.inbox.store(from.id(), to.id(), content, messageType, metadata);
        toAgent(
                to.id(),
                "message.received",
                Json.object(
                        "messageId", mail.id(),
                        "from", from.address(),
                        "messageType", messageType,
                        "preview", content.substring(0, Math.min(PREVIEW, content.length()))));
        return mail;
    }

    Member join(Channel channel, GatewayAgent agent) {
        Member member = core.channels.join(channel, agent.id(), "member");
        toChannel(
                channel.id,
                "channel.member.joined",
                Json.object(
                        "channelId", channel.id,
                        "agentAddress", agent.address(),
                        "displayName", agent.displayName().orElse(null)),
                null);
        return member;
    }

    boolean leave(Channel channel, GatewayAgent agent) {
        if (channel.members.remove(agent.id()) == null) {
            return false;
        }
        toChannel(
                channel.id,
                "channel.member.left",
                Json.object("channelId", channel.id, "agentAddress", agent.address()),
                null);
        return true;
    }

    /** To each subscriber of a channel but the sender: own messages are not echoed. */
    private void toChannel(String channelId, String type, Map<String, ?> data, @Nullable String senderId) {
        byte[] frame = null;
        for (String agentId : core.subscriptions.agentsOf(channelId)) {
            if (!agentId.equals(senderId)) {
                frame = frame == null ? Json.bytes(core.event(type, data)) : frame;
                send(agentId, frame);
            }
        }
    }

    void toAgent(String agentId, String type, Map<String, ?> data) {
        send(agentId, Json.bytes(core.event(type, data)));
    }

    private void send(String agentId, byte[] frame) {
        core.sockets.of(agentId).forEach(socket -> socket.send(frame));
    }
}
