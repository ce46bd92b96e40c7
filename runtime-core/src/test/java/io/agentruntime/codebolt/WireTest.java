package io.agentruntime.codebolt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.error.RequestRefusedException;
import io.agentruntime.testkit.codebolt.Dialect;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Every message of the protocol, with a server of each dialect: other names, without ids, its content at the top level. */
@ParameterizedClass(name = "{0}, ids {1}, content at top {2}")
@MethodSource("dialects")
class WireTest extends PluginScenario {

    static List<Arguments> dialects() {
        List<Arguments> dialects = new ArrayList<>();
        for (Dialect dialect : Dialect.values()) {
            for (boolean ids : List.of(true, false)) {
                for (boolean atTop : List.of(true, false)) {
                    dialects.add(Arguments.of(dialect, ids, atTop));
                }
            }
        }
        return dialects;
    }

    @Parameter(0)
    Dialect dialect;

    @Parameter(1)
    boolean ids;

    @Parameter(2)
    boolean atTop;

    private CodeboltPlugin plugin;
    private Seen<? extends Throwable> errors;

    @BeforeEach
    void connect() {
        server(options -> options.dialect(dialect)
                .requestIds(ids)
                .contentAtTopLevel(atTop)
                .start(Map.of("name", "telegram"), Map.of("botName", "Bob")));
        plugin = connected(options -> options.acknowledgeReplies(true));
        errors = errorsOf(plugin);
    }

    private void assertNothingReported() {
        second();
        assertThat(errors.values).isEmpty();
    }

    /** The request's id is a UUID, and it has nothing but its type, its id and {@code content}. */
    private JsonNode request(String type, String content) {
        JsonNode json = received(type).json();
        assertThat(UUID.fromString(json.path("requestId").asString()).version()).isEqualTo(4);
        assertThat(json.propertyNames()).containsExactlyInAnyOrder("type", "requestId", content);
        return json.path(content);
    }

    // Connecting

    @Test
    void theAddressHasIdAndTokenAndAFreshIdAndNothingElse() {
        await(plugin.disconnect());
        await(plugin.connect());

        assertThat(server.handshakes()).hasSize(2).allSatisfy(handshake -> {
            assertThat(handshake.path()).isEqualTo("/plugin");
            assertThat(handshake.query()).containsOnlyKeys("pluginId", "pluginToken", "id");
            assertThat(handshake.query()).containsEntry("pluginId", PLUGIN_ID).containsEntry("pluginToken", TOKEN);
        });
        assertThat(server.handshakes().stream()
                        .map(handshake -> handshake.query().get("id")))
                .doesNotHaveDuplicates()
                .allSatisfy(id -> assertThat(UUID.fromString(id)).isNotNull());
    }

    @Test
    void pluginStartMessageIsKeptUntilSomebodyListens() {
        Seen<PluginStart> late = watch(plugin.lifecycle().starts());
        Seen<PluginStart> later = watch(plugin.lifecycle().starts());

        assertThat(late.values).hasSize(1);
        assertThat(later.values).hasSize(1);
        PluginStart start = late.last();
        assertThat(start.pluginId()).isEqualTo(PLUGIN_ID);
        assertThat(start.pluginDir()).startsWith("/plugins/");
        assertThat(start.manifest().string("name")).isEqualTo("telegram");
        assertThat(start.config().orElseThrow().string("botName")).isEqualTo("Bob");
        assertNothingReported();
    }

    @Test
    void pluginStopMessageIsAnsweredWithTheOutcomeOfTheHandler() {
        List<String> done = new ArrayList<>();
        plugin.lifecycle()
                .onStop(() -> Mono.delay(Duration.ofSeconds(2), time)
                        .doOnNext(tick -> done.add("saved"))
                        .then());

        server.requestStop();
        second();
        assertThat(server.received("pluginStopResponse")).isEmpty();
        second();

        assertThat(done).containsExactly("saved");
        JsonNode answer = received("pluginStopResponse").json();
        assertThat(answer.path("success").asBoolean()).isTrue();
        assertThat(answer.propertyNames()).containsExactlyInAnyOrder("type", "requestId", "success");
        assertNothingReported();
    }

    @Test
    void pluginStopResponseSaysWhyTheHandlerFailed() {
        plugin.lifecycle().onStop(() -> Mono.error(new IllegalStateException("the disk is full")));

        server.push(Map.of("type", "pluginStopMessage", "requestId", "stop-1"));
        second();

        JsonNode answer = received("pluginStopResponse").json();
        assertThat(answer.path("success").asBoolean()).isFalse();
        assertThat(answer.path("error").asString()).isEqualTo("the disk is full");
        assertThat(answer.path("requestId").asString()).isEqualTo("stop-1");
        assertThat(errors.values).hasSize(1);
    }

    // Messages of users

    @Test
    void gatewayRouteAndItsResult() {
        GatewayMessage message = GatewayMessage.builder("bot-1", ThreadStrategy.PER_CONVERSATION, "Hello")
                .agentId("agent-7")
                .environmentId("env-1")
                .userId("user-1")
                .externalThreadId("chat-1")
                .metadata(Map.of("lang", "en"))
                .replyTo(new ReplyAddress("channel-1", "chat-1", "user-1"))
                .timestamp(Instant.parse("2026-11-21T10:00:00Z"))
                .build();

        RoutingResult first = await(plugin.gateway().route(message));
        RoutingResult second = await(plugin.gateway().route(message));

        assertThat(first)
                .returns(true, RoutingResult::success)
                .returns(RoutingResult.SPAWNED_NEW, RoutingResult::action)
                .returns("bot-1/chat-1", RoutingResult::threadId)
                .returns("agent-7", RoutingResult::agentId)
                .returns("instance of bot-1/chat-1", RoutingResult::instanceId)
                .returns(null, RoutingResult::error);
        assertThat(first.timestamp()).isNotNull();
        assertThat(second.action()).isEqualTo(RoutingResult.ROUTED_TO_RUNNING);
        assertThat(request("gateway.route", "data").toString())
                .isEqualTo("{\"source\":\"channel\",\"sourceId\":\"bot-1\",\"threadStrategy\":\"per-conversation\","
                        + "\"agentId\":\"agent-7\",\"environmentId\":\"env-1\",\"text\":\"Hello\",\"userId\":\"user-1\","
                        + "\"externalThreadId\":\"chat-1\",\"metadata\":{\"lang\":\"en\"},"
                        + "\"replyTo\":{\"channelId\":\"channel-1\",\"externalThreadId\":\"chat-1\",\"userId\":\"user-1\"},"
                        + "\"timestamp\":\"2026-11-21T10:00:00Z\"}");
        assertNothingReported();
    }

    @Test
    void gatewayRouteThatFailed() {
        server.faults().refuse("gateway.route", "no agent is free");

        assertThat(await(plugin.gateway().route(message("Hello"))))
                .returns(false, RoutingResult::success)
                .returns(RoutingResult.FAILED, RoutingResult::action)
                .returns("no agent is free", RoutingResult::error);
    }

    @Test
    void answersGoToTheirRequestsAlsoWhenManyAreAsked() {
        server.faults().delayAnswers(Duration.ofMillis(500));
        List<Seen<RoutingResult>> results = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            results.add(watch(plugin.gateway()
                    .route(GatewayMessage.builder("bot-1", ThreadStrategy.PER_USER, "Hello")
                            .userId("user-" + i)
                            .build())));
        }
        Seen<RegisteredChannel> channel = watch(plugin.gateway().registerChannel(SUPPORT));
        second();

        for (int i = 0; i < 10; i++) {
            assertThat(results.get(i).last().threadId()).isEqualTo("bot-1/user-" + i);
        }
        assertThat(channel.last().id()).isEqualTo("channel-1");
        assertNothingReported();
    }

    // Channels

    @Test
    void gatewayRegisterChannelAndItsId() {
        ChannelConfig config = SUPPORT.inEnvironment("env-1").withAutoConnect(true);

        RegisteredChannel channel = await(plugin.gateway().registerChannel(config));

        assertThat(channel.id()).isEqualTo("channel-1");
        assertThat(channel.registered()).isTrue();
        assertThat(plugin.gateway().channels()).containsExactly(channel);
        assertThat(request("gateway.registerChannel", "data").toString())
                .isEqualTo("{\"name\":\"Support\",\"platform\":\"telegram\",\"agentId\":\"agent-1\","
                        + "\"threadStrategy\":\"per-conversation\",\"environmentId\":\"env-1\",\"autoConnect\":true}");
        assertNothingReported();
    }

    @Test
    void gatewayRegisterChannelUnderAnIdOfOnesOwn() {
        RegisteredChannel channel = await(plugin.gateway().registerChannel(SUPPORT.withChannelId("mine")));

        assertThat(channel.id()).isEqualTo("mine");
        assertThat(request("gateway.registerChannel", "data").path("channelId").asString())
                .isEqualTo("mine");
    }

    @Test
    void gatewayRegisterChannelThatIsRefused() {
        server.faults().refuse("gateway.registerChannel", "no such agent");

        assertThat(failure(plugin.gateway().registerChannel(SUPPORT)))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("no such agent");
        assertThat(plugin.gateway().channels()).isEmpty();
    }

    @Test
    void gatewayUnregisterChannelWithAnAnswerAndWithoutOne() {
        RegisteredChannel first = await(plugin.gateway().registerChannel(SUPPORT));
        RegisteredChannel second = await(plugin.gateway().registerChannel(SUPPORT));
        Seen<GatewayReply> replies = watch(first.replies());

        await(plugin.gateway().unregisterChannel(first));
        assertThat(request("gateway.unregisterChannel", "data").toString()).isEqualTo("{\"channelId\":\"channel-1\"}");
        server.faults().withholdAnswers("gateway.unregisterChannel", true);
        await(plugin.gateway().unregisterChannel(second));

        assertThat(request("gateway.unregisterChannel", "data").toString()).isEqualTo("{\"channelId\":\"channel-2\"}");
        assertThat(replies.completed).isTrue();
        assertThat(plugin.gateway().channels()).isEmpty();
        assertThat(server.channels()).allMatch(channel -> !channel.connected());
        assertNothingReported();
    }

    // What agents say

    @Test
    void gatewayReplyWithEverythingItCanHave() {
        RegisteredChannel channel = await(plugin.gateway().registerChannel(SUPPORT));
        Seen<GatewayReply> ofChannel = watch(channel.replies());
        Seen<GatewayReply> all = watch(plugin.gateway().replies());

        server.push(Map.of(
                "type",
                "gateway.reply",
                "data",
                Map.of(
                        "text",
                        "Look",
                        "replyTo",
                        Map.of("channelId", "channel-1", "externalThreadId", "chat-1", "userId", "user-1"),
                        "metadata",
                        Map.of("mood", "good"),
                        "attachments",
                        List.of(
                                Map.of("type", "image", "url", "https://x.test/1.png"),
                                Map.of(
                                        "type", "file",
                                        "url", "https://x.test/2.pdf",
                                        "name", "2.pdf",
                                        "mimeType", "application/pdf")),
                        "threadId",
                        "thread-1",
                        "instanceId",
                        "instance-1",
                        "timestamp",
                        "2026-11-21T10:00:00Z",
                        "extra",
                        1)));
        second();

        assertThat(all.values).isEqualTo(ofChannel.values).hasSize(1);
        GatewayReply reply = all.last();
        assertThat(reply.text()).isEqualTo("Look");
        assertThat(reply.replyTo()).isEqualTo(new ReplyAddress("channel-1", "chat-1", "user-1"));
        assertThat(reply.address()).contains("chat-1");
        assertThat(reply.metadata().orElseThrow().string("mood")).isEqualTo("good");
        assertThat(reply.attachments())
                .containsExactly(
                        new Attachment("image", "https://x.test/1.png", null, null),
                        new Attachment("file", "https://x.test/2.pdf", "2.pdf", "application/pdf"));
        assertThat(reply.attachments().get(0).isImage()).isTrue();
        assertThat(reply.threadId()).isEqualTo("thread-1");
        assertThat(reply.instanceId()).isEqualTo("instance-1");
        assertThat(reply.timestamp()).isEqualTo("2026-11-21T10:00:00Z");
        assertThat(reply.json().field("extra")).isPresent();
        assertThat(reply.toString()).doesNotContain("Look");
        assertNothingReported();
    }

    @Test
    void gatewayReplyWhoseAddressStandsInItsData() {
        Seen<GatewayReply> replies = watch(plugin.gateway().replies());

        server.push(Map.of(
                "type",
                "gateway.reply",
                "data",
                Map.of(
                        "text", "Hi",
                        "externalThreadId", "chat-2",
                        "replyTo", Map.of("channelId", "c", "externalThreadId", "chat-1"))));
        server.push(Map.of("type", "gateway.reply", "data", Map.of("text", "", "replyTo", Map.of("channelId", "c"))));
        second();

        assertThat(replies.values.get(0).address()).contains("chat-2");
        assertThat(replies.values.get(1).address()).isEmpty();
        assertThat(replies.values.get(1).attachments()).isEmpty();
        assertNothingReported();
    }

    @Test
    void gatewayRouteAckAcknowledgesAReply() {
        plugin.gateway()
                .onReply(reply ->
                        reply.text().equals("bad") ? Mono.error(new IllegalStateException("no")) : Mono.empty());

        server.reply(to("channel-1", "chat-1"), "good");
        second();
        JsonNode ack = received("gateway.routeAck").json();
        assertThat(ack.path("success").asBoolean()).isTrue();
        assertThat(ack.path("data").toString())
                .isEqualTo("{\"channelId\":\"channel-1\",\"threadId\":\"thread-1\",\"instanceId\":\"instance-1\"}");

        server.reply(to("channel-1", "chat-1"), "bad");
        second();
        assertThat(received("gateway.routeAck").json().path("success").asBoolean())
                .isFalse();
        assertThat(received("gateway.routeAck").json().path("error").asString()).isEqualTo("no");
    }

    @Test
    void gatewayMessageToChannel() {
        Seen<ChannelMessage> messages = watch(plugin.gateway().messagesToChannel());

        server.messageToChannel("user-1", "Good morning");
        server.push(Map.of(
                "type",
                "gateway.messageToChannel",
                "data",
                Map.of("targetId", "user-2", "text", "x", "metadata", Map.of("a", 1))));
        second();

        assertThat(messages.values.get(0).targetId()).isEqualTo("user-1");
        assertThat(messages.values.get(0).text()).isEqualTo("Good morning");
        assertThat(messages.values.get(0).metadata()).isEmpty();
        assertThat(messages.values.get(1).metadata().orElseThrow().text()).isEqualTo("{\"a\":1}");
        assertNothingReported();
    }

    // Panels

    @Test
    void dynamicPanelOpen() {
        await(plugin.dynamicPanel().open(Panel.ofHtml("p1", "Login", "<b>Hi</b>")));

        assertThat(request("dynamicPanel.open", "params").toString())
                .isEqualTo("{\"panelId\":\"p1\",\"title\":\"Login\",\"html\":\"<b>Hi</b>\"}");
        assertThat(server.panels()).containsOnlyKeys("p1");
        assertNothingReported();
    }

    @Test
    void dynamicPanelOpenThatWaitsForAResponse() {
        Panel panel = Panel.ofData("p1", "Login", Map.of("field", "user")).awaitingResponse(Duration.ofMinutes(5));
        server.faults().delayAnswers(Duration.ofMinutes(5));

        await(plugin.dynamicPanel().open(panel), Duration.ofMinutes(5));

        assertThat(request("dynamicPanel.open", "params").toString())
                .isEqualTo("{\"panelId\":\"p1\",\"title\":\"Login\",\"data\":{\"field\":\"user\"},"
                        + "\"waitForResponse\":true,\"timeout\":300000}");
    }

    @Test
    void dynamicPanelUpdateAndClose() {
        await(plugin.dynamicPanel().open(Panel.ofHtml("p1", "Login", "<b>Hi</b>")));
        await(plugin.dynamicPanel().update(Panel.ofHtml("p1", "Login", "<b>Ho</b>")));
        assertThat(request("dynamicPanel.update", "params").path("html").asString())
                .isEqualTo("<b>Ho</b>");

        await(plugin.dynamicPanel().close("p1"));
        assertThat(request("dynamicPanel.close", "params").toString()).isEqualTo("{\"panelId\":\"p1\"}");
        assertThat(server.panels()).isEmpty();
        assertNothingReported();
    }

    @Test
    void dynamicPanelSendAndList() {
        await(plugin.dynamicPanel().open(Panel.ofHtml("p1", "Login", "")));
        await(plugin.dynamicPanel().send("p1", Map.of("n", 1)));
        assertThat(request("dynamicPanel.send", "params").toString())
                .contains("\"panelId\":\"p1\"", "\"data\":{\"n\":1}");

        assertThat(await(plugin.dynamicPanel().list())
                        .field("panels")
                        .orElseThrow()
                        .text())
                .isEqualTo("[\"p1\"]");
        assertNothingReported();
    }

    @Test
    void dynamicPanelMessage() {
        Seen<PanelMessage> all = watch(plugin.dynamicPanel().messages());
        Seen<PanelMessage> ofAnother = watch(plugin.dynamicPanel().messages("p2"));

        server.panelMessage("p1", Map.of("clicked", true));
        second();

        assertThat(all.last().panelId()).isEqualTo("p1");
        assertThat(all.last().messageId()).isEqualTo("message-1");
        assertThat(all.last().data().orElseThrow().text()).isEqualTo("{\"clicked\":true}");
        assertThat(ofAnother.values).isEmpty();
        assertNothingReported();
    }

    // Values

    @Test
    void kvStoreSetGetAndDelete() {
        KvStore store = plugin.kvStore("instance-1", "settings").autoCreate();

        assertThat(await(store.get("lang"))).isNull();
        await(store.set("lang", "de"));
        assertThat(request("kvStore.set", "params").toString())
                .contains(
                        "\"instanceId\":\"instance-1\"",
                        "\"namespace\":\"settings\"",
                        "\"key\":\"lang\"",
                        "\"value\":\"de\"",
                        "\"autoCreateInstance\":true");
        assertThat(await(store.get("lang", String.class))).isEqualTo("de");
        await(store.delete("lang"));
        assertThat(await(store.get("lang"))).isNull();
        assertNothingReported();
    }

    @Test
    void kvStoreThatRefuses() {
        server.faults().refuse("kvStore.get", "no such instance");

        assertThat(failure(plugin.kvStore("i", "n").get("k")))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessage("kvStore.get was refused: no such instance");
    }

    // Everything else

    @Test
    void anyOtherRequestIsAnsweredByTypeOrId() {
        Mono<io.agentruntime.json.JsonPayload> call =
                plugin.request("kvStore.get", Map.of("params", Map.of("key", "k")));

        assertThat(await(call).string("type")).isEqualTo("kvStore.get");
        assertNothingReported();
    }

    @Test
    void messagesOfTypesThatNobodyKnowsAreThereForWhoWantsThem() {
        Seen<PluginMessage> all = watch(plugin.messages());
        Seen<PluginMessage> news = watch(plugin.messages("agent.news"));

        server.push(Map.of("type", "agent.news", "data", Map.of("n", 1)));
        second();

        assertThat(news.last().data().text()).isEqualTo("{\"n\":1}");
        assertThat(all.last()).isEqualTo(news.last());
        assertNothingReported();
    }

    @Test
    void aMessageLacksNothingThatItsThreadStrategyNeeds() {
        assertThatThrownBy(() -> GatewayMessage.builder("s", ThreadStrategy.PER_USER, "x")
                        .build())
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("userId");
        assertThatThrownBy(() -> GatewayMessage.builder("s", ThreadStrategy.PER_CONVERSATION, "x")
                        .build())
                .hasMessageContaining("externalThreadId");
        assertThatThrownBy(() -> GatewayMessage.builder("s", ThreadStrategy.EXISTING, "x")
                        .build())
                .hasMessageContaining("threadId");
        assertThatThrownBy(() ->
                        GatewayMessage.builder(" ", ThreadStrategy.SINGLE, "x").build())
                .hasMessageContaining("sourceId");
        GatewayMessage.builder("s", ThreadStrategy.SINGLE, "x").build();
        GatewayMessage.builder("s", ThreadStrategy.PER_MESSAGE, "x").build();
    }
}
