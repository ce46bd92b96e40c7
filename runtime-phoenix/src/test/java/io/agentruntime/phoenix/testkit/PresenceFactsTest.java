package io.agentruntime.phoenix.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Presence as Phoenix.Presence puts it on the wire. */
@ParameterizedClass
@EnumSource(
        value = ServerContract.Kind.class,
        names = {"LOOPBACK", "MEMORY", "LONGPOLL_MEMORY"})
class PresenceFactsTest extends ServerContract {

    @BeforeEach
    void presence() {
        server.channel(
                "room:*",
                ChannelHandler.scripted()
                        .onJoin((channel, params) -> {
                            channel.assigns().put("user", params.path("user").asString(""));
                            return JoinDecision.ok();
                        })
                        .afterJoin(channel -> {
                            channel.track(user(channel), Map.of("status", "online"));
                            channel.pushPresenceState();
                        })
                        .on("away", (channel, push) -> {
                            channel.update(user(channel), Map.of("status", "away"));
                            return ServerReply.ok();
                        })
                        .on("hide", (channel, push) -> {
                            channel.untrack(user(channel));
                            return ServerReply.ok();
                        })
                        .on("twice", (channel, push) -> {
                            channel.track(user(channel), Map.of());
                            return ServerReply.ok();
                        }));
    }

    private static String user(ServerChannel channel) {
        return (String) channel.assigns().get("user");
    }

    private Client joined(String user) {
        Client client = open();
        client.send("['1','1','room:a','phx_join',{'user':'" + user + "'}]");
        client.hears("['1','1','room:a','phx_reply',{'status':'ok','response':{}}]");
        return client;
    }

    private static JsonNode frame(Client client, String event) {
        JsonNode frame = JSON.readTree(client.next());
        assertThat(frame.get(3).stringValue()).isEqualTo(event);
        return frame;
    }

    private static String ref(JsonNode metas, int index) {
        return metas.get("metas").get(index).get("phx_ref").stringValue();
    }

    /** A client that polls is missed only after a while. */
    private void goesAway(Client client) {
        client.pipe.close(1000, "", Duration.ofSeconds(1)).subscribe();
        pass(kind.longPoll() ? Duration.ofSeconds(20) : Duration.ZERO);
    }

    @Test
    void aJoinerGetsTheDiffWithItselfBeforeTheState() {
        Client ann = joined("ann");
        JsonNode diff = frame(ann, "presence_diff");
        assertThat(diff.get(0).isNull()).isTrue();
        assertThat(diff.get(4).get("joins").get("ann").get("metas")).hasSize(1);
        assertThat(diff.get(4).get("leaves").isEmpty()).isTrue();
        JsonNode state = frame(ann, "presence_state");
        assertThat(state.get(0).stringValue()).isEqualTo("1");
        assertThat(state.get(4)).isEqualTo(diff.get(4).get("joins"));
    }

    @Test
    void oneKeyHasAMetaForEachChannelWithARefOfItsOwn() {
        Client phone = joined("ann");
        frame(phone, "presence_diff");
        frame(phone, "presence_state");
        Client laptop = joined("ann");
        JsonNode joins = frame(phone, "presence_diff").get(4).get("joins").get("ann");
        frame(laptop, "presence_diff");
        JsonNode both = frame(laptop, "presence_state").get(4).get("ann");
        assertThat(both.get("metas")).hasSize(2);
        assertThat(ref(both, 1)).isEqualTo(ref(joins, 0)).isNotEqualTo(ref(both, 0));
        goesAway(laptop);
        JsonNode leaves = frame(phone, "presence_diff").get(4).get("leaves").get("ann");
        assertThat(leaves.get("metas")).hasSize(1);
        assertThat(ref(leaves, 0)).isEqualTo(ref(joins, 0));
        assertThat(server.presence("room:a")).containsOnlyKeys("ann");
    }

    @Test
    void anUpdateIsALeaveOfTheOldMetaAndAJoinOfTheNew() {
        Client ann = joined("ann");
        frame(ann, "presence_diff");
        JsonNode state = frame(ann, "presence_state").get(4).get("ann");
        ann.send("['1','2','room:a','away',{}]");
        JsonNode diff = frame(ann, "presence_diff").get(4);
        frame(ann, "phx_reply");
        assertThat(diff.get("leaves").get("ann")).isEqualTo(state);
        JsonNode meta = diff.get("joins").get("ann").get("metas").get(0);
        assertThat(meta.get("status").stringValue()).isEqualTo("away");
        assertThat(meta.get("phx_ref_prev").stringValue()).isEqualTo(ref(state, 0));
    }

    @Test
    void untrackingLeavingAndCrashingAreLeaves() {
        Client watcher = joined("watcher");
        frame(watcher, "presence_diff");
        frame(watcher, "presence_state");
        for (String how : new String[] {"hide", "phx_leave"}) {
            Client ann = joined("ann");
            assertThat(frame(watcher, "presence_diff").get(4).get("joins").get("ann"))
                    .isNotNull();
            ann.send("['1','2','room:a','" + how + "',{}]");
            assertThat(frame(watcher, "presence_diff").get(4).get("leaves").get("ann"))
                    .isNotNull();
            ann.pipe.abort(new IllegalStateException("over"));
        }
        Client bob = joined("bob");
        frame(watcher, "presence_diff");
        frame(bob, "presence_diff");
        frame(bob, "presence_state");
        bob.send("['1','2','room:a','twice',{}]");
        frame(bob, "phx_error");
        assertThat(frame(watcher, "presence_diff").get(4).get("leaves").get("bob"))
                .isNotNull();
    }
}
