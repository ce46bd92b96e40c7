package io.agentruntime.codebolt;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.RequestRefusedException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.error.UnexpectedMessageException;
import io.agentruntime.support.Secrets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** What a server should not send is reported, and nothing else is lost by it. */
class MalformedMessagesTest extends PluginScenario {

    private CodeboltPlugin plugin;
    private Seen<RuntimeClientException> errors;
    private Seen<GatewayReply> replies;
    private Seen<ChannelMessage> messages;

    @BeforeEach
    void connect() {
        plugin = connected();
        errors = errorsOf(plugin);
        replies = watch(plugin.gateway().replies());
        messages = watch(plugin.gateway().messagesToChannel());
    }

    private <T extends RuntimeClientException> T reported(Class<T> type) {
        assertThat(errors.values).singleElement().isInstanceOf(type);
        errors.values.forEach(Secrets::assertNoneIn);
        return type.cast(errors.last());
    }

    private void assertEverythingElseWorks() {
        server.reply(to("channel-1", "chat"), "still here");
        server.messageToChannel("user", "still here");
        assertThat(await(plugin.gateway().route(message("x"))).success()).isTrue();
        assertThat(texts(replies)).containsExactly("still here");
        assertThat(messages.values).hasSize(1);
        assertThat(plugin.currentState()).isInstanceOf(Connected.class);
        assertThat(server.handshakes()).hasSize(1);
        assertThat(errors.values).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not json",
                "[]",
                "{}",
                "null",
                "{\"type\":5}",
                "{\"type\":null}",
                "{\"type\":\"gateway.reply\"",
                "{\"type\":\"x\",\"requestId\":7}",
                "{\"type\":\"x\",\"requestId\":{}}"
            })
    void aMessageThatIsNone(String text) {
        server.faults().sendText(text);
        second();

        reported(DecodeException.class);
        assertEverythingElseWorks();
    }

    @Test
    void aBinaryMessage() {
        server.faults().sendBinary(new byte[] {1, 2, 3});
        second();

        reported(DecodeException.class);
        assertEverythingElseWorks();
    }

    static List<String> brokenData() {
        String to = "\"replyTo\":{\"channelId\":\"c\"}";
        return List.of(
                "{\"type\":\"gateway.reply\"}",
                "{\"type\":\"gateway.reply\",\"data\":null}",
                "{\"type\":\"gateway.reply\",\"data\":\"x\"}",
                "{\"type\":\"gateway.reply\",\"data\":[]}",
                "{\"type\":\"gateway.reply\",\"data\":{}}",
                "{\"type\":\"gateway.reply\",\"data\":{\"text\":\"x\"}}",
                "{\"type\":\"gateway.reply\",\"data\":{" + to + "}}",
                "{\"type\":\"gateway.reply\",\"data\":{\"text\":7," + to + "}}",
                "{\"type\":\"gateway.reply\",\"data\":{\"text\":\"x\",\"replyTo\":\"c\"}}",
                "{\"type\":\"gateway.reply\",\"data\":{\"text\":\"x\",\"replyTo\":{}}}",
                "{\"type\":\"gateway.reply\",\"data\":{\"text\":\"x\",\"replyTo\":{\"channelId\":1}}}",
                "{\"type\":\"gateway.reply\",\"data\":{\"text\":\"x\",\"attachments\":{}," + to + "}}",
                "{\"type\":\"gateway.reply\",\"data\":{\"text\":\"x\",\"attachments\":[null]," + to + "}}",
                "{\"type\":\"gateway.reply\",\"data\":{\"text\":\"x\",\"attachments\":[{\"type\":\"image\"}]," + to
                        + "}}",
                "{\"type\":\"gateway.reply\",\"data\":{\"text\":\"x\",\"attachments\":[{\"url\":\"u\"}]," + to + "}}",
                "{\"type\":\"gateway.messageToChannel\"}",
                "{\"type\":\"gateway.messageToChannel\",\"data\":{\"text\":\"x\"}}",
                "{\"type\":\"gateway.messageToChannel\",\"data\":{\"targetId\":\"x\"}}",
                "{\"type\":\"gateway.messageToChannel\",\"data\":{\"targetId\":1,\"text\":\"x\"}}",
                "{\"type\":\"dynamicPanel.message\"}",
                "{\"type\":\"dynamicPanel.message\",\"panelId\":1}",
                "{\"type\":\"pluginStartMessage\"}",
                "{\"type\":\"pluginStartMessage\",\"manifest\":\"x\"}");
    }

    @ParameterizedTest
    @MethodSource("brokenData")
    void dataOfAWrongShape(String text) {
        server.faults().sendText(text);
        second();

        reported(DecodeException.class);
        assertEverythingElseWorks();
    }

    @Test
    void aStartMessageThatCannotBeReadOpensTheSessionAllTheSame() {
        server(options -> options);
        server.faults().withholdStart(true);
        CodeboltPlugin other = plugin();
        Seen<RuntimeClientException> itsErrors = errorsOf(other);
        Seen<PluginSession> session = watch(other.connect());
        second();
        server.faults().sendText("{\"type\":\"pluginStartMessage\"}");
        second();

        assertThat(session.values).hasSize(1);
        assertThat(itsErrors.values).singleElement().isInstanceOf(DecodeException.class);
    }

    @Test
    void aTypeThatNobodyKnows() {
        server.push(Map.of("type", "agent.news"));
        second();

        assertThat(reported(UnexpectedMessageException.class).type()).isEqualTo("agent.news");
        assertEverythingElseWorks();
    }

    @Test
    void aTypeThatIsTooLongToPrint() {
        server.push(Map.of("type", "x".repeat(10_000)));
        second();

        assertThat(reported(UnexpectedMessageException.class).getMessage()).hasSizeLessThan(300);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"gateway.routeAck\",\"requestId\":\"unknown\",\"success\":true}",
                "{\"type\":\"gateway.routeAck\",\"success\":true}",
                "{\"type\":\"gatewayRouteResponse\"}",
                "{\"type\":\"kvStore.get\",\"requestId\":\"unknown\"}",
                "{\"type\":\"gateway.unregisterAck\",\"success\":false,\"error\":\"no such channel\"}"
            })
    void anAnswerThatNobodyHasAskedFor(String text) {
        server.faults().sendText(text);
        second();

        assertThat(errors.values)
                .singleElement()
                .isInstanceOfAny(UnexpectedMessageException.class, RequestRefusedException.class);
        assertEverythingElseWorks();
    }

    @Test
    void aSecondAnswerToTheSameRequest() {
        await(plugin.gateway().route(message("x")));
        String requestId = received("gateway.route").json().path("requestId").asString();

        server.push(Map.of("type", "gateway.routeAck", "requestId", requestId, "success", true));
        second();

        reported(UnexpectedMessageException.class);
        assertEverythingElseWorks();
    }

    static List<Map<String, Object>> distortions() {
        return List.of(
                withNull("data"),
                Map.of("data", "text"),
                Map.of("data", 5),
                Map.of("data", List.of()),
                Map.of("data", Map.of()),
                Map.of("data", Map.of("success", true)),
                Map.of("data", Map.of("success", "maybe", "action", "queued")),
                Map.of("data", Map.of("action", 7)),
                Map.of("success", "yes?"),
                Map.of("success", false, "error", List.of()));
    }

    private static Map<String, Object> withNull(String field) {
        Map<String, Object> map = new HashMap<>();
        map.put(field, null);
        return map;
    }

    @ParameterizedTest
    @MethodSource("distortions")
    void aRoutingResultThatCannotBeReadFailsItsRequestAtOnce(Map<String, Object> distorted) {
        server.faults().distort("gateway.route", distorted);
        assertThat(failure(plugin.gateway().route(message("x")))).isInstanceOf(DecodeException.class);
        assertThat(errors.values).isEmpty();
        server.faults().reset();
        assertThat(await(plugin.gateway().route(message("x"))).success()).isTrue();
    }

    @Test
    void aRegistrationWithoutAnIdFailsItsRequestAtOnce() {
        server.faults().distort("gateway.registerChannel", Map.of("data", Map.of("channelId", 5)));

        assertThat(failure(plugin.gateway().registerChannel(SUPPORT))).isInstanceOf(DecodeException.class);
        assertThat(plugin.gateway().channels()).isEmpty();
    }

    @Test
    void aRefusalWithoutAReason() {
        server.faults().distort("kvStore.get", Map.of("success", false));

        assertThat(failure(plugin.kvStore("i", "n").get("k")))
                .isInstanceOfSatisfying(
                        RequestRefusedException.class,
                        refused -> assertThat(refused.reason()).isEqualTo("no reason given"));
    }

    @Test
    void aStopHandlerThatNeverEnds() {
        plugin.lifecycle().onStop(Mono::never);
        server.requestStop();
        pass(Duration.ofSeconds(5));

        assertThat(received("pluginStopResponse").json().path("success").asBoolean())
                .isFalse();
        assertThat(received("pluginStopResponse").json().path("error").asString())
                .contains("onStop");
        assertEverythingElseWorks();
    }

    @Test
    void aStopHandlerThatThrowsAndOneThatIsTakenBack() {
        plugin.lifecycle()
                .onStop(() -> {
                    throw new IllegalStateException("taken back");
                })
                .dispose();
        plugin.lifecycle().onStop(() -> {
            throw new IllegalStateException("thrown");
        });
        server.requestStop();
        second();

        assertThat(received("pluginStopResponse").json().path("error").asString())
                .isEqualTo("thrown");
    }

    @Test
    void theFirstOfSeveralStopHandlersThatFailSaysWhy() {
        plugin.lifecycle().onStop(() -> Mono.error(new IllegalStateException("first")));
        plugin.lifecycle()
                .onStop(() ->
                        Mono.delay(Duration.ofMillis(10), time).then(Mono.error(new IllegalStateException("second"))));
        server.requestStop();
        second();

        assertThat(received("pluginStopResponse").json().path("error").asString())
                .isEqualTo("first");
    }

    @Test
    void aRequestToStopWithoutAHandlerSucceeds() {
        server.requestStop();
        second();

        assertThat(received("pluginStopResponse").json().path("success").asBoolean())
                .isTrue();
        assertThat(errors.values).isEmpty();
    }
}
