package io.agentruntime.testkit;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What clients may say over the socket. Everything else is ignored, and nothing but subscribing is ever answered. */
final class ClientFrames {

    private static final String CANNOT_SUBSCRIBE = "Cannot subscribe — not a member or limit reached";

    private final GatewayCore core;

    ClientFrames(GatewayCore core) {
        this.core = core;
    }

    void receive(GatewaySocket socket, String type, JsonNode message) {
        String channelId = Json.text(message, "channelId");
        switch (type) {
            case "heartbeat" -> core.sessions.heartbeat(socket.agentId);
            case "channel.subscribe" -> subscribe(socket, channelId);
            case "channel.unsubscribe" -> unsubscribe(socket, channelId);
            default -> {
                // An unknown frame gets no answer.
            }
        }
    }

    private void subscribe(GatewaySocket socket, @Nullable String channelId) {
        if (channelId == null || core.faults.silentChannels.contains(channelId)) {
            return;
        }
        if (core.subscriptions.hasRoom(socket.agentId)) {
            if (!Js.isUuid(channelId)) {
                // The real gateway's database throws here, and nobody answers.
                return;
            }
            ChannelBook.Channel channel = core.channels.byId(channelId);
            if (channel != null
                    && channel.hasMember(socket.agentId)
                    && !core.faults.deniedChannels.contains(channelId)) {
                core.subscriptions.add(socket.agentId, channelId);
                socket.send(Json.bytes(core.event("channel.joined", Json.object("channelId", channelId))));
                return;
            }
        }
        socket.send(Json.bytes(
                core.event("channel.error", Json.object("channelId", channelId, "error", CANNOT_SUBSCRIBE))));
    }

    private void unsubscribe(GatewaySocket socket, @Nullable String channelId) {
        if (channelId != null) {
            core.subscriptions.remove(socket.agentId, channelId);
            socket.send(Json.bytes(core.event("channel.left", Json.object("channelId", channelId))));
        }
    }
}
