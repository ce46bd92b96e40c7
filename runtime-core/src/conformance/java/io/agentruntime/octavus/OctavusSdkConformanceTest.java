package io.agentruntime.octavus;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.support.NodeProcess;
import io.agentruntime.testkit.octavus.AgentTurn;
import io.agentruntime.testkit.octavus.DemoAgent;
import io.agentruntime.testkit.octavus.EmbeddedOctavusServer;
import io.agentruntime.testkit.octavus.EmbeddedOctavusServerBuilder;
import io.agentruntime.testkit.octavus.ReceivedMessage;
import io.agentruntime.testkit.octavus.Say;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;

/**
 * The platform's own client, npm's {@code @octavus/client-sdk}, takes the embedded server for a platform: over a WebSocket,
 * over every transport of npm's {@code sockjs-client}, and over HTTP. And where it works, our chat shows the same.
 */
class OctavusSdkConformanceTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final DemoAgent DEMO = new DemoAgent(Duration.ZERO, Schedulers.parallel());

    private EmbeddedOctavusServer server = server(EmbeddedOctavusServer.builder());

    private static EmbeddedOctavusServer server(EmbeddedOctavusServerBuilder options) {
        return options.agent(OctavusSdkConformanceTest::agent).start().block(LIMIT);
    }

    @AfterEach
    void close() {
        server.close().block(LIMIT);
    }

    /** Counts until it is stopped, has everything to say, or does what the agent of the demos does. */
    private static Flux<String> agent(AgentTurn turn) {
        return switch (turn.text("USER_MESSAGE")) {
            case "count" ->
                Flux.concat(
                        Mono.just(Say.start(turn)),
                        Mono.just(Say.event("text-start", "id", "t")),
                        Flux.interval(Duration.ofMillis(5)).map(i -> Say.delta("t", i + " ")));
            case "everything" -> everything(turn);
            default -> DEMO.turn(turn);
        };
    }

    /** Every type of event; texts one after the other, for the platform's client knows no ids. */
    private static Flux<String> everything(AgentTurn turn) {
        return Flux.just(
                Say.start(turn),
                Say.event("reasoning-start", "id", "r"),
                Say.event("reasoning-delta", "id", "r", "delta", "Let me "),
                Say.event("reasoning-delta", "id", "r", "delta", "think"),
                Say.event("reasoning-end", "id", "r"),
                block("b-1", "set-resource", "description", Map.of("description", "Saving")),
                Say.event("block-end", "blockId", "b-1", "summary", "saved"),
                block("b-2", "next-message", "stream", Map.of("outputToChat", false)),
                Say.event("text-start", "id", "hidden"),
                Say.delta("hidden", "not for the chat"),
                Say.event("text-end", "id", "hidden"),
                Say.event("block-end", "blockId", "b-2"),
                block("b-3", "next-message", "stream", Map.of("thread", "side")),
                Say.event("text-start", "id", "side"),
                Say.delta("side", "in a thread"),
                Say.event("text-end", "id", "side"),
                Say.event("block-end", "blockId", "b-3"),
                Say.event("text-start", "id", "t"),
                Say.delta("t", "\u00fc\ud83d\ude00% \n"),
                Say.event("text-end", "id", "t"),
                Say.event("text-start", "id", "o", "responseType", "Plan"),
                Say.delta("o", "{\"steps\":[\"pa"),
                Say.delta("o", "ck\"]}"),
                Say.event("text-end", "id", "o"),
                Say.event("tool-input-start", "toolCallId", "c", "toolName", "search", "title", "Searching"),
                Say.event("tool-input-delta", "toolCallId", "c", "inputTextDelta", "{\"q\":1}"),
                Say.event("tool-input-end", "toolCallId", "c"),
                Say.event("tool-input-available", "toolCallId", "c", "toolName", "search", "input", Map.of("q", 1)),
                Say.event("tool-output-available", "toolCallId", "c", "output", List.of(1, 2)),
                Say.start(turn),
                Say.event("tool-input-start", "toolCallId", "d", "toolName", "search"),
                Say.event("tool-input-available", "toolCallId", "d", "toolName", "search", "input", Map.of()),
                Say.event("tool-output-error", "toolCallId", "d", "error", "nothing found"),
                Say.event("source", "sourceType", "url", "id", "s-1", "url", "https://example.com", "title", "Example"),
                Say.event("source", "sourceType", "document", "id", "s-2", "mediaType", "text/plain", "title", "Notes"),
                Say.event("file-available", "id", "f", "mediaType", "image/png", "url", "https://example.com/f"),
                Say.event("resource-update", "name", "TOPIC", "value", Map.of("n", 1)),
                Say.event("presence-update", "users", List.of("ann")),
                Say.finish(turn, "stop"));
    }

    private static String block(String id, String type, String display, Map<String, Object> more) {
        Object[] fields = {
            "blockId",
            id,
            "blockName",
            "block " + id,
            "blockType",
            type,
            "display",
            display,
            "description",
            more.get("description"),
            "outputToChat",
            more.get("outputToChat"),
            "thread",
            more.get("thread")
        };
        return Say.event("block-start", fields);
    }

    private String url(String transport) {
        return switch (transport) {
            case "ws" -> server.socketUrl();
            case "http" -> server.httpUrl();
            default -> server.sockJsUrl();
        };
    }

    private JsonNode run(String scenario, String transport) {
        try (NodeProcess client = new NodeProcess("octavus-client.mjs", scenario, url(transport), transport)) {
            return client.result(this::perform);
        }
    }

    private void perform(String request) {
        switch (request) {
            case "drop" -> server.faults().dropAllSockets();
            case "typing" -> server.push("typing-indicator", Map.of("isTyping", true));
            case "silence" -> {
                server.messageStream()
                        .filter(message -> message.type().equals("stop"))
                        .blockFirst(LIMIT);
                server.push("silence", Map.of());
            }
            default -> throw new IllegalArgumentException(request);
        }
    }

    private List<String> sent() {
        return server.messages().stream().map(ReceivedMessage::type).toList();
    }

    private static String text(JsonNode model, int message) {
        return model.path("messages")
                .path(message)
                .path("parts")
                .path(0)
                .path("text")
                .asString();
    }

    private static List<String> strings(JsonNode array) {
        return array.valueStream().map(JsonNode::asString).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws", "websocket", "xhr-streaming", "eventsource", "xhr-polling", "http"})
    void text_streams_into_the_chat(String transport) {
        JsonNode model = run("text", transport);

        assertThat(model.path("status").asString()).isEqualTo("idle");
        assertThat(text(model, 1)).isEqualTo("You said: Gr\u00fc\u00dfe \ud83d\ude00");
        assertThat(text(model, 3)).isEqualTo("You said: once more");
        assertThat(model.path("snapshots").asInt()).isGreaterThan(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws", "xhr-polling", "http"})
    void a_tool_of_the_server_is_shown_with_its_output(String transport) {
        JsonNode model = run("serverTool", transport);

        JsonNode call = model.path("messages").path(1).path("parts").path(0);
        assertThat(call.path("toolName").asString()).isEqualTo("get-weather");
        assertThat(call.path("status").asString()).isEqualTo("done");
        assertThat(call.path("result").path("celsius").asInt()).isEqualTo(21);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws", "websocket", "xhr-streaming", "eventsource", "xhr-polling", "http"})
    void a_tool_of_the_client_answers_and_the_agent_goes_on_in_the_same_message(String transport) {
        JsonNode model = run("clientTool", transport);

        assertThat(model.path("messages")).hasSize(2);
        JsonNode parts = model.path("messages").path(1).path("parts");
        assertThat(parts.path(0).path("result").path("city").asString()).isEqualTo("K\u00f6ln");
        assertThat(parts.path(1).path("text").asString()).isEqualTo("The tool says: {\"city\":\"K\u00f6ln\"}");
        JsonNode answer = server.messages("continue").get(0).message();
        assertThat(answer.path("executionId").asString()).isEqualTo("execution-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws", "xhr-polling", "http"})
    void an_interactive_tool_waits_for_the_user_who_submits_or_cancels(String transport) {
        JsonNode model = run("interactiveTool", transport);

        assertThat(model.path("asked").path("status").asString()).isEqualTo("awaiting-input");
        assertThat(model.path("asked").path("args").path("seats").asInt()).isEqualTo(2);
        JsonNode messages = model.path("messages");
        assertThat(messages.path(1).path("parts").path(2).path("text").asString())
                .isEqualTo("The tool says: {\"confirmed\":true}");
        assertThat(messages.path(3).path("parts").path(2).path("text").asString())
                .isEqualTo("The tool says: \"User cancelled\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws", "websocket", "xhr-streaming", "eventsource", "xhr-polling"})
    void a_stop_ends_the_turn_and_the_next_one_is_clean(String transport) {
        JsonNode model = run("stop", transport);

        assertThat(model.path("stopped").path("status").asString()).isEqualTo("idle");
        assertThat(text(model, 1)).startsWith("0 ");
        assertThat(text(model, 3)).isEqualTo("You said: still there");
        assertThat(sent()).startsWith("trigger", "stop").endsWith("trigger");
    }

    /** Not over xhr-streaming: there sockjs-client for Node does not notice that an answer breaks off. */
    @ParameterizedTest
    @ValueSource(strings = {"ws", "websocket", "eventsource", "xhr-polling"})
    void after_a_drop_the_next_turn_connects_again(String transport) {
        JsonNode model = run("drop", transport);

        assertThat(model.path("dropped").asString()).isEqualTo("disconnected");
        assertThat(strings(model.path("states")))
                .containsExactly("disconnected", "connecting", "connected", "disconnected", "connecting", "connected");
        assertThat(text(model, 3)).isEqualTo("You said: here again");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws", "websocket", "xhr-polling"})
    void a_session_is_named_by_init_and_refused_without(String transport) {
        server.close().block(LIMIT);
        server = server(EmbeddedOctavusServer.builder().requireInit(true));

        JsonNode model = run("init", transport);

        assertThat(text(model, 1)).isEqualTo("You said: Hello");
        assertThat(sent()).containsExactly("init", "trigger", "trigger");
        JsonNode refused = model.path("nameless");
        assertThat(refused.path("status").asString()).isEqualTo("error");
        assertThat(refused.path("error").path("type").asString()).isEqualTo("validation_error");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws", "xhr-polling", "http"})
    void an_error_event_fails_the_turn_and_the_next_one_works(String transport) {
        JsonNode model = run("error", transport);

        JsonNode error = model.path("failed").path("error");
        assertThat(model.path("failed").path("status").asString()).isEqualTo("error");
        assertThat(error.path("type").asString()).isEqualTo("provider_overloaded");
        assertThat(error.path("retryable").asBoolean()).isTrue();
        assertThat(text(model, 3)).isEqualTo("You said: now");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws", "websocket", "xhr-streaming", "eventsource", "xhr-polling"})
    void custom_events_come_beside_the_turns(String transport) {
        JsonNode model = run("custom", transport);

        assertThat(model.path("message").path("isTyping").asBoolean()).isTrue();
        assertThat(text(model, 1)).isEqualTo("You said: Hello");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws", "xhr-polling", "http"})
    void our_chat_shows_what_the_platforms_own_shows(String transport) {
        JsonNode theirs = run("every", transport);

        OctavusSocketTransport ours =
                OctavusTransport.socket(server.socketUrl()).build();
        OctavusChat chat = OctavusChat.builder(ours).build();
        ChatState state = chat.say("everything").block(LIMIT);
        ours.close().block(LIMIT);

        assertThat(ChatJson.of(state.messages())).isEqualTo(theirs.path("messages"));
        assertThat(theirs.path("resources").toString()).isEqualTo("[[\"TOPIC\",{\"n\":1}]]");
    }
}
