package io.agentruntime.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.http.HttpReply;
import io.agentruntime.testkit.RawClient.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The table "HTTP endpoints" of the protocol, row by row. */
class GatewayHttpTest extends GatewayContract {

    private static final String NO_ID = "00000000-0000-4000-8000-000000000000";

    private static List<String> fields(JsonNode object) {
        return List.copyOf(object.propertyNames());
    }

    private static List<String> column(JsonNode rows, String field) {
        List<String> values = new ArrayList<>();
        rows.forEach(row -> values.add(row.get(field).asString()));
        return values;
    }

    private void isError(Reply reply, int status, String error) {
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.json().get("error").asString()).isEqualTo(error);
    }

    @Test
    void connectOpensASessionAndEndsTheEarlierOne() {
        Reply first = client.post(alice, "/v1/runtime/connect", null);
        assertThat(first.status()).isEqualTo(201);
        assertThat(fields(first.json())).containsExactly("sessionId", "agentId", "address", "connectedAt");
        assertThat(first.json().get("sessionId").asString()).matches("[0-9a-f]{64}");
        assertThat(first.json().get("agentId").asString()).isEqualTo(alice.id());
        assertThat(first.json().get("address").asString()).isEqualTo(alice.address());
        assertThat(Instant.parse(first.json().get("connectedAt").asString())).isNotNull();

        Reply second = client.post(alice, "/v1/runtime/connect", json("{'metadata':{'host':'here'}}"));
        assertThat(gateway.session(alice).orElseThrow().id())
                .isEqualTo(second.json().get("sessionId").asString());
        assertThat(gateway.sessionsOpened(alice)).isEqualTo(2);
        isError(
                client.post(alice, "/v1/runtime/connect", json("{'metadata':{'x':'" + "y".repeat(8200) + "'}}")),
                400,
                "metadata too large (max 8KB)");
    }

    @Test
    void disconnectEndsTheSessionOnce() {
        String id = client.post(alice, "/v1/runtime/connect", "{}")
                .json()
                .get("sessionId")
                .asString();
        String body = json("{'sessionId':'" + id + "'}");
        assertThat(client.post(alice, "/v1/runtime/disconnect", body).text()).isEqualTo("{\"success\":true}");
        isError(client.post(alice, "/v1/runtime/disconnect", body), 404, "Session not found or already disconnected");
        isError(client.post(bob, "/v1/runtime/disconnect", body), 404, "Session not found or already disconnected");
    }

    @Test
    void statusHasTheSessionOrNull() {
        JsonNode without = client.get(alice, "/v1/runtime/status").json();
        assertThat(fields(without)).containsExactly("agentId", "address", "displayName", "status", "session");
        assertThat(without.get("session").isNull()).isTrue();
        assertThat(without.get("status").asString()).isEqualTo("active");
        client.post(alice, "/v1/runtime/connect", null);
        assertThat(fields(client.get(alice, "/v1/runtime/status").json().get("session")))
                .containsExactly("sessionId", "connectedAt", "lastHeartbeat");
        GatewayAgent nameless = gateway.namelessAgent();
        assertThat(client.get(nameless, "/v1/runtime/status")
                        .json()
                        .get("displayName")
                        .isNull())
                .isTrue();
    }

    @Test
    void heartbeatNeedsASession() {
        isError(
                client.post(alice, "/v1/runtime/heartbeat", null),
                404,
                "No active session. Call POST /v1/runtime/connect first.");
        client.post(alice, "/v1/runtime/connect", null);
        assertThat(fields(client.post(alice, "/v1/runtime/heartbeat", null).json()))
                .containsExactly("success", "lastHeartbeat");
    }

    @Test
    void presenceIsAnObjectWithATotal() {
        client.post(alice, "/v1/runtime/connect", null);
        client.post(bob, "/v1/runtime/connect", null);
        JsonNode page =
                client.get(alice, "/v1/runtime/presence?limit=1&offset=1").json();
        assertThat(fields(page)).containsExactly("agents", "total", "limit", "offset");
        assertThat(page.get("total").intValue()).isEqualTo(2);
        assertThat(fields(page.get("agents").get(0)))
                .containsExactly("agentId", "address", "displayName", "connectedAt", "lastHeartbeat");
        assertThat(column(page.get("agents"), "displayName")).containsExactly("alice");
        assertThat(client.get(alice, "/v1/runtime/presence?limit=1000")
                        .json()
                        .get("limit")
                        .intValue())
                .isEqualTo(100);
        isError(client.get(alice, "/v1/runtime/presence?limit=-1"), 500, "Failed to get presence");
    }

    @Test
    void presenceCanBeTheDocumentedArray() {
        restartWith(EmbeddedGateway.builder().presenceAsArray(true));
        client.post(alice, "/v1/runtime/connect", null);
        assertThat(client.get(alice, "/v1/runtime/presence").json().isArray()).isTrue();
    }

    @Test
    void sessionsWithoutHeartbeatsAreReaped() {
        restartWith(EmbeddedGateway.builder().reapAfter(Duration.ofMillis(150)));
        client.post(alice, "/v1/runtime/connect", null);
        var socket = client.welcomed(alice);
        pass(Duration.ofMillis(200));
        assertThat(client.post(alice, "/v1/runtime/heartbeat", null).status()).isEqualTo(404);
        gateway.push(alice, "bounty.new");
        assertThat(socket.await("bounty.new")).isNotNull();
    }

    @Test
    void channelsAreListedNewestFirstAndInPages() {
        for (int i = 0; i < 250; i++) {
            gateway.channel("c" + i, i % 2 == 0 ? alice : bob);
        }
        JsonNode first = client.get(alice, "/v1/channels?limit=500").json();
        assertThat(fields(first)).containsExactly("channels", "limit", "offset");
        assertThat(first.get("channels")).hasSize(200);
        assertThat(first.get("limit").intValue()).isEqualTo(500);
        assertThat(fields(first.get("channels").get(0)))
                .containsExactly(
                        "id",
                        "slug",
                        "name",
                        "description",
                        "channelType",
                        "sourceId",
                        "isPublic",
                        "memberCount",
                        "isMember",
                        "createdAt");
        assertThat(column(first.get("channels"), "slug"))
                .startsWith("c249", "c248")
                .endsWith("c50");
        assertThat(first.get("channels").get(0).get("isMember").booleanValue()).isFalse();
        assertThat(first.get("channels").get(1).get("isMember").booleanValue()).isTrue();
        assertThat(client.get(alice, "/v1/channels?limit=200&offset=200").json().get("channels"))
                .hasSize(50);
        assertThat(client.get(alice, "/v1/channels").json().get("channels")).hasSize(50);
        assertThat(client.get(alice, "/v1/channels?channelType=clique").json().get("channels"))
                .isEmpty();
        gateway.privateChannel("secret");
        assertThat(column(
                        client.get(alice, "/v1/channels?isPublic=false").json().get("channels"), "slug"))
                .containsExactly("secret");
    }

    @Test
    void aCreatedChannelHasItsCreatorAsMember() {
        Reply created = client.post(
                alice, "/v1/channels", json("{'slug':'news','name':'News','channelType':'community','isPublic':true}"));
        assertThat(created.status()).isEqualTo(201);
        assertThat(fields(created.json()))
                .containsExactly("id", "slug", "name", "description", "channelType", "isPublic", "createdAt");
        String id = created.json().get("id").asString();
        JsonNode members = client.get(alice, "/v1/channels/" + id + "/members").json();
        assertThat(fields(members)).containsExactly("members", "limit", "offset");
        assertThat(fields(members.get("members").get(0)))
                .containsExactly("agentAddress", "displayName", "role", "joinedAt");
        assertThat(column(members.get("members"), "role")).containsExactly("owner");
        isError(
                client.post(bob, "/v1/channels", json("{'slug':'news','name':'N'}")),
                409,
                "Channel slug already exists");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'name':'n'}|slug is required",
                "{'slug':'No Good','name':'n'}|slug must match ^[a-z0-9_-]{1,128}$",
                "{'slug':'s'}|name is required",
                "{'slug':'s','name':'n','channelType':'x'}|Invalid channelType. Allowed: community, clique, custom, project"
            })
    void badChannelsAreRefused(String bodyAndError) {
        String[] parts = bodyAndError.split("\\|", -1);
        isError(client.post(alice, "/v1/channels", json(parts[0])), 400, parts[1]);
    }

    @Test
    void channelDetail() {
        GatewayChannel open = gateway.channel("open");
        assertThat(fields(client.get(alice, "/v1/channels/" + open.id()).json()))
                .contains("maxMembers", "isMember");
        GatewayChannel closed = gateway.privateChannel("closed", bob);
        isError(client.get(alice, "/v1/channels/" + closed.id()), 403, "Not a member of this private channel");
        assertThat(client.get(bob, "/v1/channels/" + closed.id()).status()).isEqualTo(200);
        isError(client.get(alice, "/v1/channels/" + NO_ID), 404, "Channel not found");
        isError(client.get(alice, "/v1/channels/no-uuid"), 500, "Failed to get channel detail");
    }

    @Test
    void joinAndLeave() {
        GatewayChannel lobby = gateway.channel("lobby");
        String path = "/v1/channels/" + lobby.id();
        JsonNode joined = client.post(alice, path + "/join", null).json();
        assertThat(fields(joined)).containsExactly("channelId", "role", "joinedAt");
        assertThat(joined.get("role").asString()).isEqualTo("member");
        assertThat(client.post(alice, path + "/leave", null).text()).isEqualTo("{\"success\":true}");
        isError(client.post(alice, path + "/leave", null), 404, "Not a member of this channel");
        isError(
                client.post(alice, "/v1/channels/" + gateway.privateChannel("p").id() + "/join", null),
                403,
                "Cannot join private channel without invitation");
    }

    @Test
    void channelPresenceShowsMembersWithASession() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        client.post(bob, "/v1/runtime/connect", null);
        JsonNode presence =
                client.get(alice, "/v1/channels/" + lobby.id() + "/presence").json();
        assertThat(fields(presence)).containsExactly("online", "channelId");
        assertThat(fields(presence.get("online").get(0))).containsExactly("address", "displayName");
        assertThat(column(presence.get("online"), "displayName")).containsExactly("bob");
    }

    @Test
    void messagesAreStoredAndRefusedByTheRules() {
        GatewayChannel lobby = gateway.channel("lobby", alice);
        String path = "/v1/channels/" + lobby.id() + "/messages";
        Reply sent = client.post(alice, path, json("{'content':'hi','messageType':'trade','metadata':{'a':1}}"));
        assertThat(sent.status()).isEqualTo(201);
        assertThat(fields(sent.json())).containsExactly("id", "channelId", "messageType", "createdAt");
        JsonNode history = client.get(bob, path).json();
        assertThat(fields(history)).containsExactly("messages", "limit");
        assertThat(fields(history.get("messages").get(0)))
                .contains("id", "from", "fromName", "messageType", "content", "metadata", "signature", "createdAt");

        isError(client.post(bob, path, json("{'content':'hi'}")), 403, "Must be a channel member to send messages");
        isError(client.post(alice, path, "{}"), 400, "content is required (string)");
        isError(
                client.post(alice, path, json("{'content':'" + "x".repeat(10_001) + "'}")),
                400,
                "content too long (max 10000 chars)");
        assertThat(client.post(alice, path, json("{'content':'" + "x".repeat(10_000) + "'}"))
                        .status())
                .isEqualTo(201);
        assertThat(client.post(alice, path, json("{'content':'x','messageType':'y'}"))
                        .status())
                .isEqualTo(400);
        isError(
                client.post(alice, "/v1/channels/" + NO_ID + "/messages", json("{'content':'x'}")),
                404,
                "Channel not found");
        gateway.faults().blockMessages("evil");
        Reply blocked = client.post(alice, path, json("{'content':'an evil plan'}"));
        isError(blocked, 422, "Message blocked by safety scanner");
        assertThat(blocked.json().get("threatLevel").asString()).isEqualTo("high");
    }

    @Test
    void historyGoesBackInMillisecondsOverAStoreOfMicroseconds() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        for (int i = 0; i < 5; i++) {
            gateway.post(bob, lobby, "early " + i);
        }
        pass(Duration.ofMillis(5));
        for (int i = 0; i < 5; i++) {
            gateway.post(bob, lobby, "late " + i);
        }
        String path = "/v1/channels/" + lobby.id() + "/messages";
        JsonNode all = client.get(alice, path + "?limit=300").json().get("messages");
        assertThat(column(all, "content")).startsWith("late 4", "late 3").endsWith("early 0");
        String before = all.get(7).get("createdAt").asString();
        JsonNode older =
                client.get(alice, path + "?limit=200&before=" + before).json().get("messages");
        // Rows of the same millisecond as the boundary are lost to whoever pages without an overlap.
        assertThat(column(older, "createdAt")).doesNotContain(before);
        assertThat(older.size()).isLessThan(3);
        isError(client.get(alice, path + "?before=yesterday"), 500, "Failed to get messages");
    }

    @Test
    void quarantinedMessagesAreMissingInTheHistory() {
        GatewayChannel lobby = gateway.channel("lobby", alice, bob);
        gateway.faults().quarantineMessages("odd");
        gateway.post(bob, lobby, "fine");
        gateway.post(bob, lobby, "odd");
        assertThat(column(
                        client.get(alice, "/v1/channels/" + lobby.id() + "/messages")
                                .json()
                                .get("messages"),
                        "content"))
                .containsExactly("fine");
    }

    @Test
    void inbox() {
        Reply sent = client.post(alice, "/v1/inbox/send", json("{'to':'BOB','content':'psst'}"));
        assertThat(sent.status()).isEqualTo(201);
        assertThat(fields(sent.json())).containsExactly("id", "to", "messageType", "createdAt");
        client.post(
                alice,
                "/v1/inbox/send",
                json("{'to':'" + bob.address() + "','content':'again','messageType':'trade'}"));
        JsonNode list = client.get(bob, "/v1/inbox").json();
        assertThat(fields(list)).containsExactly("messages", "limit", "offset");
        assertThat(fields(list.get("messages").get(0)))
                .containsExactly(
                        "id", "from", "fromName", "to", "messageType", "content", "metadata", "readAt", "createdAt");
        assertThat(column(list.get("messages"), "content")).containsExactly("again", "psst");
        assertThat(column(client.get(bob, "/v1/inbox?messageType=trade").json().get("messages"), "content"))
                .containsExactly("again");
        assertThat(client.get(bob, "/v1/inbox?from=" + bob.address()).json().get("messages"))
                .isEmpty();

        String id = sent.json().get("id").asString();
        assertThat(client.get(bob, "/v1/inbox/unread").text()).isEqualTo("{\"unreadCount\":2}");
        assertThat(client.post(bob, "/v1/inbox/" + id + "/read", null).text()).isEqualTo("{\"success\":true}");
        isError(client.post(bob, "/v1/inbox/" + id + "/read", null), 404, "Message not found or already read");
        assertThat(client.get(bob, "/v1/inbox?unreadOnly=true").json().get("messages"))
                .hasSize(1);
        assertThat(client.call(bob, "DELETE", "/v1/inbox/" + id, null).status()).isEqualTo(200);
        isError(client.call(bob, "DELETE", "/v1/inbox/" + id, null), 404, "Message not found");

        isError(
                client.post(alice, "/v1/inbox/send", json("{'to':'alice','content':'me'}")),
                400,
                "Cannot send a message to yourself");
        isError(
                client.post(alice, "/v1/inbox/send", json("{'to':'nobody','content':'x'}")),
                404,
                "Recipient agent not found");
    }

    @Test
    void keysAreChecked() {
        Reply missing = client.call(null, "GET", "/v1/runtime/status", null);
        isError(missing, 401, "Unauthorized");
        assertThat(missing.json().get("message").asString()).contains("Authorization");
        gateway.revokeKey(alice);
        assertThat(client.get(alice, "/v1/runtime/status").json().get("message").asString())
                .isEqualTo("Invalid or revoked API key.");
        assertThat(client.get(gateway.renewKey(alice), "/v1/runtime/status").status())
                .isEqualTo(200);
        gateway.registered(bob, false);
        isError(client.post(bob, "/v1/runtime/connect", null), 403, "Not registered");
    }

    @Test
    void unknownCallsAndBadBodies() {
        isError(client.get(alice, "/v1/nothing"), 404, "Not found");
        isError(client.post(alice, "/v1/channels", "{broken"), 500, "Internal server error");
        isError(
                client.post(alice, "/v1/channels", json("{'x':'" + "y".repeat(51_200) + "'}")),
                500,
                "Internal server error");
        assertThat(client.call(null, "GET", "/v1", null).json().get("chainId").intValue())
                .isEqualTo(84532);
    }

    @Test
    void rateLimitsWhenAskedFor() {
        restartWith(EmbeddedGateway.builder().rateLimits(new RateLimits(3, 2)));
        for (int i = 0; i < 3; i++) {
            assertThat(client.get(alice, "/v1/runtime/status").status()).isEqualTo(200);
        }
        Reply refused = client.get(bob, "/v1/runtime/status");
        isError(refused, 429, "Too many requests");
        assertThat(refused.headers()).containsEntry("retry-after", "60").containsKeys("ratelimit", "ratelimit-policy");
        assertThat(client.get(bob, "/v1/channels").status()).isEqualTo(200);

        String path = "/v1/channels/" + gateway.channel("c", alice).id() + "/messages";
        client.post(alice, path, json("{'content':'1'}"));
        client.post(alice, path, json("{'content':'2'}"));
        isError(
                client.post(alice, path, json("{'content':'3'}")),
                429,
                "Rate limit exceeded (2 messages/min per channel)");
    }

    @Test
    void ownEndpoints() {
        gateway.endpoint(
                "GET /v1/custom/*",
                (agent, method, path, body) -> new HttpReply(
                        200, Map.of(), json("{'path':'" + path + "'}").getBytes(StandardCharsets.UTF_8)));
        assertThat(client.get(alice, "/v1/custom/endpoint").json().get("path").asString())
                .isEqualTo("/v1/custom/endpoint");
    }

    @Test
    void relayTakesWhatItPreparedOnce() {
        JsonNode prepared = client.post(alice, "/v1/prepare/post", "{}").json();
        assertThat(fields(prepared)).containsExactly("forwardRequest", "domain", "types");
        var relay = (tools.jackson.databind.node.ObjectNode)
                prepared.get("forwardRequest").deepCopy();
        relay.put("signature", "0x" + "a".repeat(130));
        Reply relayed = client.post(alice, "/v1/relay", relay.toString());
        assertThat(fields(relayed.json())).containsExactly("txHash", "status");
        assertThat(client.post(alice, "/v1/relay", relay.toString()).status()).isEqualTo(400);
        relay.put("signature", "0x12");
        assertThat(client.post(alice, "/v1/relay", relay.toString()).status()).isEqualTo(400);
        assertThat(client.post(bob, "/v1/relay", relay.toString()).status()).isEqualTo(403);
    }

    @Test
    void requestsAreRecordedWithoutSecrets() {
        String ticket = client.ticket(alice);
        client.open("/ws/runtime?ticket=" + ticket).block(RawClient.LIMIT);
        assertThat(gateway.requests())
                .extracting(RecordedRequest::call)
                .containsExactly("POST /v1/ws/ticket", "UPGRADE /ws/runtime");
        assertThat(gateway.requests()).extracting(RecordedRequest::agentId).containsOnly(alice.id());
        assertThat(gateway.requests().toString()).doesNotContain(ticket).doesNotContain(alice.apiKey());
        assertThat(gateway.requests("POST /v1/**")).hasSize(1);
        assertThat(alice.toString()).doesNotContain(alice.apiKey());
    }
}
