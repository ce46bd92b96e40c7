package io.agentruntime.examples.docs;

import io.agentruntime.phoenix.testkit.ChannelHandler;
import io.agentruntime.phoenix.testkit.ConnectReply;
import io.agentruntime.phoenix.testkit.EmbeddedPhoenixServer;
import io.agentruntime.phoenix.testkit.JoinDecision;
import io.agentruntime.phoenix.testkit.ServerReply;
import java.util.Map;

/** The Java code of {@code docs/testing.md} about the Phoenix server, so that it is compiled. */
@SuppressWarnings("unused")
final class PhoenixServerSnippet {

    void server() {
        EmbeddedPhoenixServer server = EmbeddedPhoenixServer.builder()
                .connect(
                        request -> request.params().containsKey("user") ? ConnectReply.accept() : ConnectReply.refuse())
                .start()
                .block();
        server.channel(
                "room:*",
                ChannelHandler.scripted()
                        .onJoin((channel, params) ->
                                params.has("pass") ? JoinDecision.ok() : JoinDecision.error("unauthorized"))
                        .afterJoin(channel -> {
                            channel.track(channel.connect().params().get("user"), Map.of("status", "online"));
                            channel.pushPresenceState();
                        })
                        .on("shout", (channel, push) -> {
                            channel.broadcast("shout", push.content());
                            return ServerReply.ok();
                        }));
    }
}
