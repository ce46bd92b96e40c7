package io.agentruntime.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.testkit.RawClient.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The handshake and the frames of the protocol, both ways. */
class GatewaySocketTest extends GatewayContract {

    private static List<String> types(List<JsonNode> frames) {
        return frames.stream().map(frame -> frame.get("type").asString()).toList();
    }

    private void isRefused(String pathAndQuery, int status) {
        assertThatThrownBy(() -> client.open(pathAndQuery).block(RawClient.LIMIT))
                .isInstanceOfSatisfying(
                        HandshakeException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(status));
    }

    @Test
    void theFirstFrameSaysConnected() {
        JsonNode welcome = client.connect(alice).await("connection.state");
        assertThat(welcome.propertyNames()).containsExactly("type", "timestamp", "data");
        assertThat(welcome.get("data").toString())
                .isEqualTo(json("{'state':'connected','agentId':'" + alice.id() + "'}"));
        assertThat(gateway.sockets(alice)).isEqualTo(1);
    }

    @Test
    void ticketsAreGoodForOneHandshakeAndSeveralMayBeOut() {
        String first = client.ticket(alice);
        String second = client.ticket(alice);
        client.open("/ws/runtime?ticket=" + second).block(RawClient.LIMIT);
        client.open("/ws/runtime?ticket=" + first).block(RawClient.LIMIT);
        isRefused("/ws/runtime?ticket=" + first, 401);
        isRefused("/ws/runtime?ticket=00000000-0000-4000-8000-000000000000", 401);
        isRefused("/ws/runtime", 401);
        isRefused("/ws/runtime?ticket=nonsense", 500);
        String third = client.ticket(alice);
        assertThatThrownBy(() -> client.open("/ws/other?ticket=" + third).block(RawClient.LIMIT))
                .isNotInstanceOf(HandshakeException.class);
        assertThatThrownBy(() -> client.open("/ws/runtime/?ticket=" + third).block(RawClient.LIMIT))
                .isNotInstanceOf(HandshakeException.class);
        client.open("/ws/runtime?ticket=" + third).block(RawClient.LIMIT);
    }

    @Test
    void ticketsExpire() {
        if (kind == Kind.MEMORY) {
            String ticket = client.ticket(alice);
            pass(Duration.ofSeconds(29));
            String later = client.ticket(alice);
            pass(Duration.ofSeconds(1));
            isRefused("/ws/runtime?ticket=" + ticket, 401);
            client.open("/ws/runtime?ticket=" + later).block(RawClient.LIMIT);
        }
    }

    @Test
    void subscribingNeedsMembership() {
        GatewayChannel mine = gateway.channel("mine", alice);
        GatewayChannel other = gateway.channel("other");
        Socket socket = client.welcomed(alice);
        JsonNode joined = client.subscribe(socket, mine);
        assertThat(joined.get("type").asString()).isEqualTo("channel.joined");
        assertThat(joined.get("data").toString()).isEqualTo(json("{'channelId':'" + mine.id() + "'}"));
        JsonNode error = client.subscribe(socket, other);
        assertThat(error.get("type").asString()).isEqualTo("channel.error");
        assertThat(error.get("data").get("error").asString())
                .isEqualTo("Cannot subscribe — not a member or limit reached");
        assertThat(gateway.subscriptions(alice)).containsExactly(mine.id());
        socket.send(json("{'type':'channel.unsubscribe','channelId':'" + mine.id() + "'}"));
        assertThat(socket.await("channel.left").get("data").get("channelId").asString())
                .isEqualTo(mine.id());
        assertThat(gateway.subscriptions(alice)).isEmpty();
    }

    @Test
    void muchIsNeverAnswered() {
        Socket socket = client.welcomed(alice);
        socket.send(json("{'type':'heartbeat','timestamp':'2026-01-01T00:00:00Z'}"));
        socket.send(json("{'type':'custom.event','data':{'foo':'bar'}}"));
        socket.send(json("{'type':'channel.subscribe'}"));
        socket.send(json("{'type':'channel.subscribe','channelId':'no-uuid'}"));
        socket.send("no json");
        eventually(() -> gateway.frames().size() == 5);
        gateway.push(alice, "mention");
        assertThat(types(socket.until("mention"))).containsExactly("connection.state", "mention");
        assertThat(gateway.frames(alice))
                .extracting(RecordedFrame::type)
                .containsExactly("heartbeat", "custom.event", "channel.subscribe", "channel.subscribe", "");
    }

    @Test
    void heartbeatsOverTheSocketKeepTheSession() {
        if (kind == Kind.MEMORY) {
            client.post(alice, "/v1/runtime/connect", null);
            Socket socket = client.welcomed(alice);
            for (int i = 0; i < 10; i++) {
                pass(Duration.ofSeconds(30));
                socket.send(json("{'type':'heartbeat'}"));
            }
            assertThat(gateway.session(alice)).isPresent();
            pass(Duration.ofSeconds(121));
            assertThat(gateway.session(alice)).isEmpty();
        }
    }

    @Test
    void channelMessagesReachSubscribersButNotTheirSender() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        Socket ears = client.welcomed(alice);
        Socket mouth = client.welcomed(bob);
        client.subscribe(ears, lobby);
        client.subscribe(mouth, lobby);
        client.post(bob, "/v1/channels/" + lobby.id() + "/messages", json("{'content':'hello'}"));
        JsonNode data = ears.await("channel.message").get("data");
        assertThat(data.propertyNames())
                .containsExactly(
                        "channelId",
                        "channelSlug",
                        "channelName",
                        "channelType",
                        "messageId",
                        "from",
                        "fromAgentId",
                        "fromName",
                        "content",
                        "messageType",
                        "signature");
        assertThat(data.get("signature").isNull()).isTrue();
        assertThat(data.get("content").asString()).isEqualTo("hello");
        gateway.push(bob, "mention");
        assertThat(types(mouth.until("mention"))).doesNotContain("channel.message");
    }

    @Test
    void membersComeAndGo() {
        GatewayChannel lobby = gateway.channel("lobby", alice);
        Socket socket = client.welcomed(alice);
        client.subscribe(socket, lobby);
        client.post(bob, "/v1/channels/" + lobby.id() + "/join", null);
        assertThat(socket.await("channel.member.joined").get("data").toString())
                .isEqualTo(json("{'channelId':'" + lobby.id() + "','agentAddress':'" + bob.address()
                        + "','displayName':'bob'}"));
        gateway.removeMember(lobby, bob);
        assertThat(socket.await("channel.member.left").get("data").propertyNames())
                .containsExactly("channelId", "agentAddress");
    }

    @Test
    void directMessagesComeAsPreview() {
        Socket socket = client.welcomed(alice);
        gateway.direct(bob, alice, "x".repeat(300));
        JsonNode data = socket.await("message.received").get("data");
        assertThat(data.propertyNames()).containsExactly("messageId", "from", "messageType", "preview");
        assertThat(data.get("preview").asString()).hasSize(200);
    }

    @Test
    void anyEventCanBePushed() {
        Socket socket = client.welcomed(alice);
        gateway.push(alice, "bounty.new", Map.of("bountyId", 7));
        assertThat(socket.await("bounty.new").get("data").get("bountyId").intValue())
                .isEqualTo(7);
    }

    @Test
    void fiftySubscriptionsAreTheMost() {
        Socket socket = client.welcomed(alice);
        List<GatewayChannel> channels = new ArrayList<>();
        for (int i = 0; i < 51; i++) {
            channels.add(gateway.channel("c" + i, alice, bob));
        }
        for (int i = 0; i < 50; i++) {
            assertThat(client.subscribe(socket, channels.get(i)).get("type").asString())
                    .isEqualTo("channel.joined");
        }
        assertThat(client.subscribe(socket, channels.get(50)).get("type").asString())
                .isEqualTo("channel.error");
        socket.send(json(
                "{'type':'channel.subscribe','channelId':'" + channels.get(0).id() + "'}"));
        eventually(() -> gateway.frames().size() == 52);
        gateway.post(bob, channels.get(0), "still here");
        List<JsonNode> frames = socket.until("channel.message");
        assertThat(types(frames)).endsWith("channel.error", "channel.error", "channel.message");
    }

    @Test
    void subscriptionsBelongToTheAgentAndEndWithItsLastSocket() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        Socket first = client.welcomed(alice);
        Socket second = client.welcomed(alice);
        client.subscribe(first, lobby);
        gateway.post(bob, lobby, "both");
        assertThat(second.await("channel.message")).isNotNull();
        first.close(1000, "client disconnect");
        eventually(() -> gateway.sockets(alice) == 1);
        assertThat(gateway.subscriptions(alice)).hasSize(1);
        second.close(1000, "client disconnect");
        eventually(() -> gateway.sockets(alice) == 0);
        assertThat(gateway.subscriptions(alice)).isEmpty();
    }

    @Test
    void theFourthSocketIsAcceptedAndClosed() {
        for (int i = 0; i < 3; i++) {
            client.welcomed(alice);
        }
        Socket fourth = client.connect(alice);
        assertThat(fourth.ended().block(RawClient.LIMIT))
                .isEqualTo(new CloseStatus(1008, "connection limit exceeded — close an existing connection first"));
        assertThat(fourth.texts().take(Duration.ofMillis(1)).collectList().block())
                .isEmpty();
        client.welcomed(bob);
        eventually(() -> gateway.sockets() == 4);
    }

    @Test
    void pingsAreAnsweredAndClosesNoted() {
        Socket socket = client.welcomed(alice);
        socket.ping();
        assertThat(socket.pongs().blockFirst(RawClient.LIMIT)).isNotNull();
        socket.close(1000, "client disconnect");
        eventually(() -> gateway.sockets() == 0);
        assertThat(gateway.frames(alice))
                .extracting(RecordedFrame::kind)
                .containsExactly(RecordedFrame.Kind.PING, RecordedFrame.Kind.CLOSE);
        assertThat(gateway.frames(alice).get(1).text()).isEqualTo("1000 client disconnect");
    }
}
