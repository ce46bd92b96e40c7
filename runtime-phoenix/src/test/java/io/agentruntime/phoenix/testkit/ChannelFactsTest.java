package io.agentruntime.phoenix.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.transport.OutboundMessage;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** The facts of channels over WebSocket and long-poll, as raw frames. */
@ParameterizedClass
@EnumSource(ServerContract.Kind.class)
class ChannelFactsTest extends ServerContract {

    private static final String OK = "'phx_reply',{'status':'ok','response':{}}]";

    private ScriptedChannel room() {
        ScriptedChannel room = ChannelHandler.scripted();
        server.channel("room:*", room);
        return room;
    }

    // Heartbeats and joins

    @Test
    void heartbeats() {
        Client client = open();
        client.send("[null,'1','phoenix','heartbeat',{}]");
        client.hears("[null,'1','phoenix'," + OK);
    }

    @Test
    void joinsAreAcceptedRefusedAndCrash() {
        room().onJoin((channel, params) -> switch (channel.topic()) {
            case "room:a" ->
                JoinDecision.ok(Map.of("history", params.path("from").asInt()));
            case "room:b" -> JoinDecision.error("unauthorized");
            case "room:c" -> throw new IllegalStateException("as told");
            default -> JoinDecision.crash();
        });
        Client client = open();
        client.send(
                "['6','6','room:a','phx_join',{'from':3}]",
                "['7','7','room:b','phx_join',{}]",
                "['8','8','room:c','phx_join',{}]",
                "['9','9','room:d','phx_join',{}]");
        client.hears(
                "['6','6','room:a','phx_reply',{'status':'ok','response':{'history':3}}]",
                "['7','7','room:b','phx_reply',{'status':'error','response':{'reason':'unauthorized'}}]",
                "['8','8','room:c','phx_reply',{'status':'error','response':{'reason':'join crashed'}}]",
                "['9','9','room:d','phx_reply',{'status':'error','response':{'reason':'join crashed'}}]");
        assertThat(server.channels("room:*")).extracting(ServerChannel::topic).containsExactly("room:a");
    }

    @Test
    void anUnmatchedTopicIsAnsweredWithoutJoinRef() {
        Client client = open();
        client.send(
                "['1','2','other','phx_join',{}]", "['1','3','other','news',{}]", "['1','4','other','phx_leave',{}]");
        for (String ref : new String[] {"2", "3", "4"}) {
            client.hears("[null,'" + ref
                    + "','other','phx_reply',{'status':'error','response':{'reason':'unmatched topic'}}]");
        }
    }

    @Test
    void joiningAgainIsAnsweredFirstAndThenClosesTheOldChannel() {
        room();
        Client client = open();
        client.joins("room:a");
        client.send("['2','2','room:a','phx_join',{}]");
        client.hears("['2','2','room:a'," + OK, "['1','1','room:a','phx_close',{}]");
        server.broadcast("room:a", "once", Map.of());
        client.hears("[null,null,'room:a','once',{}]");
        client.hearsNothing();
    }

    @Test
    void aStaleLeaveGetsNoReply() {
        room();
        Client client = open();
        client.joins("room:a");
        client.send("['2','2','room:a','phx_join',{}]");
        client.hears("['2','2','room:a'," + OK, "['1','1','room:a','phx_close',{}]");
        client.send("['1','3','room:a','phx_leave',{}]");
        client.hearsNothing();
        assertThat(server.channels("room:a")).hasSize(1);
    }

    @Test
    void aLeaveIsAnsweredAndThenTheChannelCloses() {
        room();
        Client client = open();
        client.joins("room:a");
        client.send("['1','9','room:a','phx_leave',{}]", "['1','10','room:a','late',{}]");
        client.hears(
                "['1','9','room:a'," + OK,
                "['1','1','room:a','phx_close',{}]",
                "[null,'10','room:a','phx_reply',{'status':'error','response':{'reason':'unmatched topic'}}]");
    }

    @Test
    void aHundredChannelsAreTheLimit() {
        room();
        Client client = open();
        for (int i = 0; i < 100; i++) {
            client.joins("room:" + i);
        }
        client.send("['1','2','room:100','phx_join',{}]");
        client.hears(
                "['1','2','room:100','phx_reply',{'status':'error','response':{'reason':'too many channels joined'}}]");
        client.send("['2','2','room:7','phx_join',{}]");
        client.hears("['2','2','room:7'," + OK, "['1','1','room:7','phx_close',{}]");
    }

    // Pushes

    @Test
    void repliesHaveAnyStatusAndAnyResponse() {
        room().on("nothing", (channel, push) -> ServerReply.none())
                .on("null", (channel, push) -> ServerReply.of("ok", null))
                .on("odd", (channel, push) -> ServerReply.of("teapot", push.content()))
                .on("later", (channel, push) -> ServerReply.later(Mono.just(ServerReply.error("no"))));
        Client client = open();
        client.joins("room:a");
        client.send(
                "['1','2','room:a','nothing',{}]",
                "['1','3','room:a','null',{}]",
                "['1','4','room:a','odd',[1,{'a':null}]]",
                "['1','5','room:a','later',{}]");
        client.hears(
                "['1','3','room:a','phx_reply',{'status':'ok','response':null}]",
                "['1','4','room:a','phx_reply',{'status':'teapot','response':[1,{'a':null}]}]",
                "['1','5','room:a','phx_reply',{'status':'error','response':'no'}]");
    }

    @Test
    void broadcastsHaveNoRefsAndMayComeBeforeTheReplyThatCausedThem() {
        room().on("shout", (channel, push) -> {
                    channel.broadcast("shout", push.content());
                    return ServerReply.ok();
                })
                .on("others", (channel, push) -> {
                    channel.broadcastFrom("others", push.content());
                    channel.push("own", Map.of());
                    return ServerReply.none();
                });
        Client alice = open();
        Client bob = open();
        alice.joins("room:a");
        bob.joins("room:a");
        alice.send("['1','2','room:a','shout',{'n':1}]", "['1','3','room:a','others',{}]");
        alice.hears("[null,null,'room:a','shout',{'n':1}]", "['1','2','room:a'," + OK, "['1',null,'room:a','own',{}]");
        bob.hears("[null,null,'room:a','shout',{'n':1}]", "[null,null,'room:a','others',{}]");
    }

    @Test
    void crashesAndStopsEndAChannelWithItsJoinRef() {
        room().on("crash", (channel, push) -> ServerReply.crash())
                .on("throw", (channel, push) -> {
                    throw new IllegalStateException("as told");
                })
                .on("stop", (channel, push) -> ServerReply.stop())
                .on("stop with reply", (channel, push) -> ServerReply.stop(ServerReply.ok()));
        Client client = open();
        for (String event : new String[] {"crash", "throw"}) {
            client.joins("room:a");
            client.send("['1','2','room:a','" + event + "',{}]");
            client.hears("['1','1','room:a','phx_error',{}]");
        }
        client.joins("room:a");
        client.send("['1','2','room:a','stop',{}]");
        client.hears("['1','1','room:a','phx_close',{}]");
        client.joins("room:a");
        client.send("['1','2','room:a','stop with reply',{}]");
        client.hears("['1','2','room:a'," + OK, "['1','1','room:a','phx_close',{}]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"phx_error", "phx_close"})
    void aPushPendingAtACrashOrCloseNeverGetsAReply(String end) {
        Sinks.Empty<Void> decided = Sinks.empty();
        room().on("slow", (channel, push) -> ServerReply.later(decided.asMono().thenReturn(ServerReply.ok())));
        Client client = open();
        client.joins("room:a");
        client.send("['1','2','room:a','slow',{}]");
        until(() -> server.messages("slow").size() == 1);
        if (end.equals("phx_error")) {
            server.faults().crashChannels("room:*");
        } else {
            server.faults().closeChannels("room:*");
        }
        decided.tryEmitEmpty();
        client.hears("['1','1','room:a','" + end + "',{}]");
        client.hearsNothing();
    }

    @Test
    void topicsAndPayloadsAreNotSplitAtCommasQuotesAndBrackets() {
        String topic = "room:a,\"b\"],[\uD83D\uDE00";
        room().on("],\"[", (channel, push) -> ServerReply.ok(push.content()));
        Client client = open();
        client.joins(topic);
        client.pipe
                .send(OutboundMessage.text(
                        JSON.writeValueAsString(new Object[] {"1", "2", topic, "],\"[", Map.of("],\"[", topic)})))
                .subscribe();
        assertThat(JSON.readTree(client.next())).isEqualTo(JSON.valueToTree(new Object[] {
            "1", "2", topic, "phx_reply", Map.of("status", "ok", "response", Map.of("],\"[", topic))
        }));
    }

    // Version 1, and binary

    @Test
    void v1HasNoJoinRef() {
        room().on("echo", (channel, push) -> ServerReply.ok(push.content()));
        Client client = open("");
        client.send("{'topic':'room:a','event':'phx_join','payload':{},'ref':'1'}");
        client.hears("{'topic':'room:a','event':'phx_reply','payload':{'status':'ok','response':{}},'ref':'1'}");
        client.send("{'topic':'room:a','event':'echo','payload':{'a':1},'ref':'2'}");
        client.hears("{'topic':'room:a','event':'phx_reply','payload':{'status':'ok','response':{'a':1}},'ref':'2'}");
        server.broadcast("room:a", "news", Map.of("n", 1));
        client.hears("{'topic':'room:a','event':'news','payload':{'n':1},'ref':null}");
        server.faults().crashChannels("room:a");
        client.hears("{'topic':'room:a','event':'phx_error','payload':{},'ref':null}");
        client.send(
                "{'topic':'room:a','event':'phx_join','payload':{},'ref':'3'}",
                "{'topic':'room:a','event':'phx_leave','payload':{},'ref':'4'}");
        client.hears(
                "{'topic':'room:a','event':'phx_reply','payload':{'status':'ok','response':{}},'ref':'3'}",
                "{'topic':'room:a','event':'phx_reply','payload':{'status':'ok','response':{}},'ref':'4'}",
                "{'topic':'room:a','event':'phx_close','payload':{},'ref':null}");
    }

    @Test
    void aBinaryPushCrashesAV1Channel() {
        room();
        Client client = open("?vsn=1.0.0");
        client.send("{'topic':'room:a','event':'phx_join','payload':{},'ref':'1'}");
        client.next();
        server.broadcast("room:a", "data", new byte[] {1});
        client.hears("{'topic':'room:a','event':'phx_error','payload':{},'ref':null}");
    }

    @Test
    void errorsAboutABinaryPushAreText() {
        Client client = open();
        client.send(WebSocketFactsTest.binary("1", "2", "other", "echo", new byte[1]));
        client.hears("[null,'2','other','phx_reply',{'status':'error','response':{'reason':'unmatched topic'}}]");
    }
}
