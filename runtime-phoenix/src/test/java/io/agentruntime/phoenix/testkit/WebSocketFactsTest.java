package io.agentruntime.phoenix.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpReply;
import io.agentruntime.support.Secrets;
import io.agentruntime.testkit.Shutdown;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Sinks;

/** What is particular about WebSockets, as a raw socket sees it; the facts of channels are in {@link ChannelFactsTest}. */
@ParameterizedClass
@EnumSource(
        value = ServerContract.Kind.class,
        names = {"LOOPBACK", "MEMORY"})
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
        if (kind == Kind.LOOPBACK) {
            HttpReply refused = request(upgrade("?vsn=2.0.0&token=bad"), Duration.ZERO);
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.body()).isEmpty();
        }
        open("?vsn=2.0.0&token=good&user=7");
        assertThat(server.connects()).last().satisfies(connect -> {
            assertThat(connect.params()).containsOnly(Map.entry("token", "***"), Map.entry("user", "7"));
            assertThat(connect.vsn()).isEqualTo("2.0.0");
        });
    }

    /** The request of a WebSocket, made by an HTTP client. */
    private HttpCall upgrade(String query) {
        Map<String, String> headers = Map.of(
                "Connection", "Upgrade",
                "Upgrade", "websocket",
                "Sec-WebSocket-Version", "13",
                "Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==");
        URI target = URI.create(server.url().replaceFirst("ws", "http") + "/websocket" + query);
        return new HttpCall("GET", target, headers, null, LIMIT, 1 << 20);
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

    // Slow joins

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

    /** What channels are told is nothing: only the code says that it is over. */
    @ParameterizedTest
    @EnumSource(End.class)
    void noPhxCloseComesBeforeTheEndOfASocket(End end) {
        assumeTrue(kind.inMemory() || end != End.IDLE, "a minute is too long");
        restartWith(EmbeddedPhoenixServer.builder().connect(request -> ConnectReply.accept("users:7")));
        room();
        Client client = open();
        client.joins("room:a");
        switch (end) {
            case IDLE -> pass(Duration.ofSeconds(60));
            case DISCONNECT -> server.disconnect("users:7");
            case SHUTDOWN -> await(server.stop(Shutdown.CLEAN).thenReturn(true));
            case MALFORMED_FRAME -> client.send("{");
        }
        assertThat(client.end().code()).isNotEqualTo(1005);
        assertThat(client.heard()).isZero();
    }

    private enum End {
        IDLE,
        DISCONNECT,
        SHUTDOWN,
        MALFORMED_FRAME
    }

    /** Those of the client keep the socket open; see {@link #anIdleSocketIsClosed}. */
    @Test
    void theServerSendsNoPings() {
        room();
        Client client = open();
        client.joins("room:a");
        pass(kind == Kind.MEMORY ? Duration.ofSeconds(59) : Duration.ofMillis(300));
        client.hearsNothing();
        assertThat(client.pings).hasValue(0);
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
