package io.agentruntime.phoenix.testkit;

import tools.jackson.databind.JsonNode;

/**
 * A channel, as a Phoenix application writes one: what it does about joins and pushes. One handler serves every client
 * that joins a topic it is for; what belongs to one of them is in its {@link ServerChannel#assigns()}.
 *
 * <p>Its methods are called inside the server's books: one at a time, quick, without I/O. What takes time is a {@link
 * JoinDecision#later} or {@link ServerReply#later}.
 */
public interface ChannelHandler {

    /** Decides on a join. The channel may be used from {@link #joined} on. */
    default JoinDecision join(ServerChannel channel, JsonNode params) {
        return JoinDecision.ok();
    }

    /** After the reply to an accepted join: the place to track presence or to push what was missed. */
    default void joined(ServerChannel channel) {}

    /** A push arrived. */
    default ServerReply handle(ServerChannel channel, ClientPush push) {
        return ServerReply.none();
    }

    /** The channel is over, whatever ended it. */
    default void terminated(ServerChannel channel) {}

    /** A handler put together from lambdas. */
    static ScriptedChannel scripted() {
        return new ScriptedChannel();
    }
}
