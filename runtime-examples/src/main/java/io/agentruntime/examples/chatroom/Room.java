package io.agentruntime.examples.chatroom;

import io.agentruntime.phoenix.testkit.ChannelHandler;
import io.agentruntime.phoenix.testkit.ClientPush;
import io.agentruntime.phoenix.testkit.JoinDecision;
import io.agentruntime.phoenix.testkit.ServerChannel;
import io.agentruntime.phoenix.testkit.ServerReply;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The room, as the server has it: whoever gives a name comes in, and what one says the others hear. */
final class Room implements ChannelHandler {

    /** The push that is never answered. */
    static final String PONDER = "ponder";

    /** The push that is answered, and told to nobody. */
    static final String KNOCK = "knock";

    private final Map<String, Integer> visits = new HashMap<>();

    @Override
    public JoinDecision join(ServerChannel channel, JsonNode params) {
        String name = params.path("name").asString("");
        if (name.isEmpty()) {
            return JoinDecision.error("who are you?");
        }
        channel.assigns().put("name", name);
        return JoinDecision.ok(Map.of("welcome", name));
    }

    @Override
    public void joined(ServerChannel channel) {
        String name = name(channel);
        channel.track(name, Map.of("visit", visits.merge(name, 1, Integer::sum)));
        channel.pushPresenceState();
    }

    @Override
    public ServerReply handle(ServerChannel channel, ClientPush push) {
        switch (push.event()) {
            case "say" ->
                channel.broadcastFrom(
                        "said",
                        Map.of("name", name(channel), "text", push.payload().path("text")));
            case KNOCK -> {}
            case "show" -> channel.broadcastFrom("shown", push.content());
            default -> {
                return push.event().equals(PONDER)
                        ? ServerReply.none()
                        : ServerReply.error(Map.of("reason", "what is " + push.event() + "?"));
            }
        }
        return ServerReply.ok();
    }

    private static String name(ServerChannel channel) {
        return String.valueOf(channel.assigns().get("name"));
    }
}
