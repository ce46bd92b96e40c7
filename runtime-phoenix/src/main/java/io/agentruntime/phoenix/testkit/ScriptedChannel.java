package io.agentruntime.phoenix.testkit;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * A channel put together from lambdas. It accepts every join and answers no push, but for what it is told.
 *
 * <pre>{@code
 * server.channel("room:*", ChannelHandler.scripted()
 *         .onJoin((channel, params) -> params.has("token") ? JoinDecision.ok() : JoinDecision.error("unauthorized"))
 *         .on("shout", (channel, push) -> {
 *             channel.broadcast("shout", push.content());
 *             return ServerReply.ok();
 *         }));
 * }</pre>
 */
public final class ScriptedChannel implements ChannelHandler {

    private final Map<String, BiFunction<ServerChannel, ClientPush, ServerReply>> events = new ConcurrentHashMap<>();
    private volatile BiFunction<ServerChannel, JsonNode, JoinDecision> onJoin = (channel, params) -> JoinDecision.ok();
    private volatile Consumer<ServerChannel> afterJoin = channel -> {};
    private volatile BiFunction<ServerChannel, ClientPush, ServerReply> otherwise =
            (channel, push) -> ServerReply.none();

    ScriptedChannel() {}

    /** What it says to a join. */
    public ScriptedChannel onJoin(BiFunction<ServerChannel, JsonNode, JoinDecision> decision) {
        onJoin = decision;
        return this;
    }

    /** What it does after the reply to a join that it accepted. */
    public ScriptedChannel afterJoin(Consumer<ServerChannel> action) {
        afterJoin = action;
        return this;
    }

    /** What it does about an event. */
    public ScriptedChannel on(String event, BiFunction<ServerChannel, ClientPush, ServerReply> action) {
        events.put(event, action);
        return this;
    }

    /** What it does about any event that it has no {@link #on} for. */
    public ScriptedChannel otherwise(BiFunction<ServerChannel, ClientPush, ServerReply> action) {
        otherwise = action;
        return this;
    }

    @Override
    public JoinDecision join(ServerChannel channel, JsonNode params) {
        return onJoin.apply(channel, params);
    }

    @Override
    public void joined(ServerChannel channel) {
        afterJoin.accept(channel);
    }

    @Override
    public ServerReply handle(ServerChannel channel, ClientPush push) {
        return events.getOrDefault(push.event(), otherwise).apply(channel, push);
    }
}
