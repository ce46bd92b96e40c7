package io.agentruntime.phoenix.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.support.Secrets;
import io.agentruntime.testkit.Shutdown;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Each fact of the protocol over WebSocket, as a raw socket sees it. */
class WebSocketFactsTest extends ServerContract {

    private static final String OK = "'phx_reply',{'status':'ok','response':{}}]";

    private ScriptedChannel room() {
        ScriptedChannel room = ChannelHandler.scripted();
        server.channel("room:*", room);
        return room;
    }

    // Connecting

    @Test
    void anUnknownVsnIsRefusedWith403() {
        for (String vsn : new String[] {"2.1.0", "3.0.0", "x"}) {
            assertThatThrownBy(() -> open("?vsn=" + vsn))
                    .isInstanceOf(HandshakeException.class)
                    .hasMessageContaining("403");
        }
        open("?vsn=2.0.0");
        open("");
    }

    @Test
    void aRefusalByTheApplicationIs403() {
        restartWith(EmbeddedPhoenixServer.builder()
                .connect(request ->
                        "good".equals(request.params().get("token")) ? ConnectReply.accept() : ConnectReply.refuse()));
        assertThatThrownBy(() -> open("?vsn=2.0.0&token=bad")).hasMessageContaining("403");
        open("?vsn=2.0.0&token=good&user=7");
        assertThat(server.connects()).last().satisfies(connect -> {
            assertThat(connect.params()).containsOnly(Map.entry("token", "***"), Map.entry("user", "7"));
            assertThat(connect.vsn()).isEqualTo("2.0.0");
        });
    }

    @Test
    void anotherPathIs404() {
        restartWith(EmbeddedPhoenixServer.builder().path("/other/socket"));
        open();
        assertThat(server.url()).endsWith("/other/socket");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAuthTokenTravelsAsASubprotocol(boolean urlAlphabet) {
        String token = Secrets.MARKER + "~~??>>";
        Sinks.One<String> seen = Sinks.one();
        restartWith(EmbeddedPhoenixServer.builder().connect(request -> {
            seen.tryEmitValue(request.authToken().orElse(""));
            return ConnectReply.accept();
        }));
        Base64.Encoder encoder = urlAlphabet ? Base64.getUrlEncoder() : Base64.getEncoder();
        String encoded = encoder.withoutPadding().encodeToString(token.getBytes(UTF_8));
        if (!urlAlphabet && encoded.contains("/")) {
            // A slash is no character of a subprotocol's name; clients that write one are refused by their own library.
            return;
        }
        Client client = open("?vsn=2.0.0", "phoenix", "base64url.bearer.phx." + encoded);
        assertThat(client.pipe.subprotocol()).isEqualTo("phoenix");
        assertThat(seen.asMono().block(LIMIT)).isEqualTo(token);
        assertThat(server.connects().get(0).hasAuthToken()).isTrue();
        assertThat(server.connects().toString()).doesNotContain(token);
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

    @Test
    void aSlowJoinBlocksTheWholeConnection() {
        Sinks.Empty<Void> decided = Sinks.empty();
        room().onJoin((channel, params) -> channel.topic().equals("room:slow")
                ? JoinDecision.later(decided.asMono().thenReturn(JoinDecision.ok()))
                : JoinDecision.ok());
        Client client = open();
        client.joins("room:a");
        client.send("['2','2','room:slow','phx_join',{}]", "[null,'3','phoenix','heartbeat',{}]");
        until(() -> server.messages("heartbeat").size() == 1);
        server.broadcast("room:a", "held", Map.of());
        assertThat(client.heard()).isZero();
        decided.tryEmitEmpty();
        client.hears("['2','2','room:slow'," + OK, "[null,null,'room:a','held',{}]", "[null,'3','phoenix'," + OK);
    }

    @Test
    void aLeaveDuringASlowJoinNeverGetsAReply() {
        Sinks.Empty<Void> decided = Sinks.empty();
        room().onJoin((channel, params) -> JoinDecision.later(decided.asMono().thenReturn(JoinDecision.ok())));
        Client client = open();
        client.send("['1','1','room:slow','phx_join',{}]", "['1','2','room:slow','phx_leave',{}]");
        until(() -> server.messages("phx_leave").size() == 1);
        decided.tryEmitEmpty();
        client.hears("['1','1','room:slow'," + OK);
        client.hearsNothing();
        assertThat(server.channels("room:*")).isEmpty();
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

    @Test
    void aPushPendingAtACrashNeverGetsAReply() {
        Sinks.Empty<Void> decided = Sinks.empty();
        room().on("slow", (channel, push) -> ServerReply.later(decided.asMono().thenReturn(ServerReply.ok())));
        Client client = open();
        client.joins("room:a");
        client.send("['1','2','room:a','slow',{}]");
        until(() -> server.messages("slow").size() == 1);
        server.faults().crashChannels("room:*");
        decided.tryEmitEmpty();
        client.hears("['1','1','room:a','phx_error',{}]");
        client.hearsNothing();
    }

    @Test
    void topicsAreNotSplitAtCommasQuotesAndBrackets() {
        String topic = "room:a,\"b\"],[\uD83D\uDE00";
        room().on("shout", (channel, push) -> {
            channel.broadcast("shout", push.content());
            return ServerReply.none();
        });
        Client client = open();
        client.joins(topic);
        String frame = JSON.writeValueAsString(new Object[] {"1", "2", topic, "shout", Map.of("t", topic)});
        client.pipe.send(io.agentruntime.transport.OutboundMessage.text(frame)).subscribe();
        assertThat(client.next())
                .isEqualTo(JSON.writeValueAsString(new Object[] {null, null, topic, "shout", Map.of("t", topic)}));
        client.send(binary("1", "3", topic, "shout", new byte[] {7}));
        assertThat(client.next()).endsWith("07").contains(hex(topic));
    }

    // V1

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

    // Binary

    static byte[] binary(String joinRef, String ref, String topic, String event, byte[] data) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(0);
        for (String field : new String[] {joinRef, ref, topic, event}) {
            frame.write(field.getBytes(UTF_8).length);
        }
        for (String field : new String[] {joinRef, ref, topic, event}) {
            frame.writeBytes(field.getBytes(UTF_8));
        }
        frame.writeBytes(data);
        return frame.toByteArray();
    }

    private static String hex(String text) {
        return io.netty.buffer.ByteBufUtil.hexDump(text.getBytes(UTF_8));
    }

    @Test
    void binaryPushesRepliesAndBroadcasts() {
        room().on("echo", (channel, push) -> ServerReply.ok(push.content())).on("send", (channel, push) -> {
            channel.push("own", push.content());
            channel.broadcast("all", push.content());
            return ServerReply.none();
        });
        Client client = open();
        client.joins("room:a");
        client.send(binary("1", "22", "room:a", "echo", new byte[] {0, 1, (byte) 0xFF}));
        assertThat(client.next())
                .isEqualTo("binary 01" + "01020602" + hex("1") + hex("22") + hex("room:a") + hex("ok") + "0001ff");
        client.send(binary("1", "23", "room:a", "send", new byte[] {5}));
        assertThat(client.next()).isEqualTo("binary 00" + "010603" + hex("1") + hex("room:a") + hex("own") + "05");
        assertThat(client.next()).isEqualTo("binary 02" + "0603" + hex("room:a") + hex("all") + "05");
        assertThat(server.messages("echo")).singleElement().satisfies(message -> {
            assertThat(message.payload()).isEqualTo("<3 bytes>");
            assertThat(message.ref()).isEqualTo("22");
        });
    }

    @Test
    void errorsAboutABinaryPushAreText() {
        Client client = open();
        client.send(binary("1", "2", "other", "echo", new byte[1]));
        client.hears("[null,'2','other','phx_reply',{'status':'error','response':{'reason':'unmatched topic'}}]");
    }

    // Closing

    @Test
    void malformedFramesCloseWith1011() {
        for (String frame : new String[] {"{", "[]", "['1','2','a','b']", "['1',2,'a','b',{}]", "{'topic':'a'}", "7"}) {
            Client client = open();
            client.send(frame);
            assertThat(client.end().code()).as(frame).isEqualTo(1011);
        }
        Client client = open();
        client.send(new byte[] {0, 9, 9, 9, 9});
        assertThat(client.end().code()).isEqualTo(1011);
        until(() -> server.sockets() == 0);
    }

    @ParameterizedTest
    @EnumSource(Adapter.class)
    void aDisconnectBroadcastClosesAsTheAdapterDoes(Adapter adapter) {
        restartWith(
                EmbeddedPhoenixServer.builder().adapter(adapter).connect(request -> ConnectReply.accept("users:7")));
        Client client = open();
        server.disconnect("users:8");
        client.hearsNothing();
        server.disconnect("users:7");
        assertThat(client.end().code()).isEqualTo(adapter == Adapter.COWBOY ? 1000 : 1011);
    }

    @ParameterizedTest
    @EnumSource(Adapter.class)
    void anIdleSocketIsClosed(Adapter adapter) {
        Duration limit = kind == Kind.MEMORY ? Duration.ofSeconds(60) : Duration.ofMillis(300);
        restartWith(EmbeddedPhoenixServer.builder().adapter(adapter).idleTimeout(limit));
        Client client = open();
        if (kind == Kind.MEMORY) {
            pass(limit.dividedBy(2));
            client.pipe.ping();
            pass(limit.multipliedBy(2).dividedBy(3));
            client.hearsNothing();
        }
        pass(limit);
        assertThat(client.end().code()).isEqualTo(adapter == Adapter.COWBOY ? 1000 : 1002);
    }

    @Test
    void tooBigAFrameCloses() {
        restartWith(EmbeddedPhoenixServer.builder().maxFrameBytes(1_000));
        Client client = open();
        client.send("x".repeat(900_000));
        assertThat(client.end().code()).isEqualTo(CloseStatus.MESSAGE_TOO_BIG);
    }

    @Test
    void shutdownsCloseWithTheirCodeOrBreak() {
        room();
        Client first = open();
        first.joins("room:a");
        await(server.stop(Shutdown.CLEAN).thenReturn(true));
        assertThat(first.end().code()).isEqualTo(1012);
        await(server.startAgain().thenReturn(true));
        assertThat(server.channels("room:*")).isEmpty();
        Client second = open();
        second.joins("room:a");
        await(server.restart(Shutdown.KILLED, Duration.ZERO).thenReturn(true));
        assertThat(second.end().code()).isEqualTo(1006);
        restartWith(EmbeddedPhoenixServer.builder().shutdownCode(1000));
        room();
        Client third = open();
        third.joins("room:a");
        await(server.stop(Shutdown.CLEAN).thenReturn(true));
        assertThat(third.end().code()).isEqualTo(1000);
    }

    // Faults and records

    @Test
    void faultsOfChannels() {
        room().otherwise((channel, push) -> ServerReply.ok());
        server.faults().refuseJoins("room:a", 1, Map.of("reason", "no"));
        server.faults().crashJoins("room:*", 1);
        Client client = open();
        client.send("['1','1','room:a','phx_join',{}]", "['2','2','room:a','phx_join',{}]");
        client.hears(
                "['1','1','room:a','phx_reply',{'status':'error','response':{'reason':'no'}}]",
                "['2','2','room:a','phx_reply',{'status':'error','response':{'reason':'join crashed'}}]");
        client.joins("room:a");
        server.faults().loseReplies("room:a", 1);
        client.send("['1','2','room:a','x',{}]", "['1','3','room:a','x',{}]");
        client.hears("['1','3','room:a'," + OK);
        server.faults().closeChannels("room:a");
        client.hears("['1','1','room:a','phx_close',{}]");
        server.faults().slowJoins("room:b", 1, Duration.ofMillis(50));
        client.send("['5','5','room:b','phx_join',{}]");
        pass(Duration.ofMillis(50));
        client.hears("['5','5','room:b'," + OK);
        server.faults().stopAnsweringHeartbeats(true);
        client.send("[null,'6','phoenix','heartbeat',{}]");
        until(() -> server.messages("heartbeat").size() == 1);
        server.faults().reset();
        client.hearsNothing();
        server.faults().stallJoins("room:c", 1);
        client.send("['7','7','room:c','phx_join',{}]", "[null,'8','phoenix','heartbeat',{}]");
        until(() -> server.messages("heartbeat").size() == 3);
        assertThat(client.heard()).isZero();
        server.faults().dropAllSockets();
        assertThat(client.end().code()).isEqualTo(1006);
    }

    @Test
    void recordsKeepSecretsOut() {
        room();
        String secret = Secrets.MARKER;
        Client client = open("?vsn=2.0.0&api_key=" + secret);
        client.send("['1','1','room:a','phx_join',{'user':'ann','list':[{'Token':'" + secret + "'}]}]");
        client.next();
        assertThat(server.messages("phx_join")).singleElement().satisfies(message -> {
            assertThat(message.payload()).isEqualTo(json("{'user':'ann','list':[{'Token':'***'}]}"));
            assertThat(message.joinRef()).isEqualTo("1");
            assertThat(message.socket()).isEqualTo(1);
        });
        assertThat(server.messages().toString() + server.connects() + server).doesNotContain(secret);
    }
}
