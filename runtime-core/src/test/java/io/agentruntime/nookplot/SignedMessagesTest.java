package io.agentruntime.nookplot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.http.HttpReply;
import io.agentruntime.testkit.GatewayChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SignedMessagesTest extends SigningScenario {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final NookplotRuntime runtime = signing();
    private final GatewayChannel lobby = verifying.channel("lobby", carol, dave);

    private static OutgoingMessage signedText(String text) {
        return OutgoingMessage.text(text).signed();
    }

    private List<HistoryMessage> history() {
        return await(runtime.channels().history(lobby.id(), HistoryQuery.newest(200)));
    }

    /** From now on an endpoint of the test takes the messages, and keeps their bodies. */
    private List<JsonNode> bodies() {
        List<JsonNode> bodies = new ArrayList<>();
        verifying.endpoint("POST /v1/channels/*/messages", (agent, method, path, body) -> {
            bodies.add(JSON.readTree(body));
            return new HttpReply(201, Map.of(), "{\"id\":\"m\"}".getBytes(UTF_8));
        });
        return bodies;
    }

    @Test
    void aSignedMessageIsVerifiedAndStoredWithItsSignature() {
        SentMessage sent = await(runtime.channels()
                .send(
                        lobby.id(),
                        signedText("grüße 🎉 \"0x\"").ofType("proposal").withMetadata(Map.of("price", 7))));

        assertThat(history()).hasSize(1).first().satisfies(message -> {
            assertThat(message.id()).isEqualTo(sent.id());
            assertThat(message.content()).isEqualTo("grüße 🎉 \"0x\"");
            assertThat(message.messageType()).isEqualTo("proposal");
            assertThat(message.metadata().path("price").intValue()).isEqualTo(7);
            assertThat(message.signature()).matches("0x[0-9a-f]{130}");
        });
    }

    @Test
    void theBodyHasWhatTheGatewayVerifiesAndNothingOfOurs() {
        pass(Duration.ofMillis(1_764_000_000_123L));
        List<JsonNode> bodies = bodies();
        await(runtime.channels().send(lobby.id(), signedText("one")));
        await(runtime.channels().send(lobby.id(), "two"));

        long now = 1_764_000_000_123L;
        assertThat(bodies.get(0).propertyNames())
                .containsExactlyInAnyOrder("content", "signature", "nonce", "timestamp");
        assertThat(bodies.get(0).path("nonce").longValue()).isEqualTo(now);
        assertThat(bodies.get(0).path("timestamp").longValue()).isEqualTo(now / 1000);
        assertThat(bodies.get(1).propertyNames()).containsExactly("content");
    }

    @Test
    void messagesOfOneMillisecondHaveGrowingNumbersInTheirOrder() {
        List<JsonNode> bodies = bodies();
        List<Seen<SentMessage>> all = Stream.of("a", "b", "c")
                .map(text -> watch(runtime.channels().send(lobby.id(), signedText(text))))
                .toList();
        long now = time.now(TimeUnit.MILLISECONDS);
        pass(Duration.ofSeconds(1));

        assertThat(all).allSatisfy(seen -> assertThat(seen.values).hasSize(1));
        assertThat(bodies).extracting(body -> body.path("content").asString()).containsExactly("a", "b", "c");
        long first = Math.max(now, 1);
        assertThat(bodies)
                .extracting(body -> body.path("nonce").longValue())
                .containsExactly(first, first + 1, first + 2);
    }

    @Test
    void theGatewayTakesThemAllAndThoseAfterARestart() {
        List<Seen<SentMessage>> all = Stream.iterate(0, i -> i + 1)
                .limit(20)
                .map(i -> watch(runtime.channels().send(lobby.id(), signedText("m" + i))))
                .toList();
        pass(Duration.ofSeconds(1));
        await(runtime.close());
        NookplotRuntime restarted = signing();
        await(restarted.channels().send(lobby.id(), signedText("again")));

        assertThat(all).allSatisfy(seen -> assertThat(seen.error).isNull());
        assertThat(await(restarted.channels().history(lobby.id(), HistoryQuery.newest(200))))
                .hasSize(21);
    }

    @Test
    void aReplayIsRefused() {
        List<JsonNode> bodies = new ArrayList<>();
        await(runtime.channels().send(lobby.id(), signedText("before"))); // so that the chain is known
        NookplotRuntime eavesdropped = verifying
                .runtime(carol)
                .privateKey(KEY)
                .transport(
                        call -> {
                            if (call.body() != null) {
                                bodies.add(JSON.readTree(call.body()));
                            }
                            return verifying.exchange().exchange(call);
                        },
                        verifying.pipes())
                .build();
        await(eavesdropped.channels().send(lobby.id(), signedText("once")));
        String path = "/v1/channels/" + lobby.id() + "/messages";

        assertThatThrownBy(() -> await(runtime.connection().request("POST", path, bodies.get(0))))
                .isInstanceOf(HttpStatusException.BadRequest.class)
                .hasMessageContaining("nonce was used before");
        assertThat(history()).extracting(HistoryMessage::content).containsExactly("once", "before");
    }

    @Test
    void aMessageSignedWithAnotherKeyIsRefused() {
        NookplotRuntime wrong = verifying.runtime(carol).privateKey(OTHER_KEY).build();

        assertThatThrownBy(() -> await(wrong.channels().send(lobby.id(), signedText("not mine"))))
                .isInstanceOf(HttpStatusException.BadRequest.class)
                .hasMessageContaining("wrong signer");
        assertThat(history()).isEmpty();
    }

    // ---- The chain's id

    @Test
    void theChainIsAskedForOnceAndOnlyForSignedMessages() {
        await(runtime.channels().send(lobby.id(), "unsigned"));
        assertThat(verifying.requests("GET /v1")).isEmpty();
        await(runtime.channels().send(lobby.id(), signedText("one")));
        await(runtime.channels().send(lobby.id(), signedText("two")));

        assertThat(verifying.requests("GET /v1")).hasSize(1);
    }

    @Test
    void aFailureToTellTheChainIsNotKept() {
        verifying.faults().failHttp("GET /v1", 500, 1);
        assertThatThrownBy(() -> await(runtime.channels().send(lobby.id(), signedText("one"))))
                .isInstanceOf(HttpStatusException.ServerError.class);
        assertThat(await(runtime.channels().send(lobby.id(), signedText("two"))))
                .isNotNull();

        assertThat(verifying.requests("GET /v1")).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"chainId\":null}", "{\"chainId\":0}", "{\"chainId\":\"0x14\"}", "[]"})
    void anAnswerWithoutAChainIsAnError(String answer) {
        verifying.faults().malformedHttp("GET /v1", 1, answer);

        assertThatThrownBy(() -> await(runtime.channels().send(lobby.id(), signedText("one"))))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("GET /v1");
        assertThat(history()).isEmpty();
    }

    @Test
    void theChainMayBeWrittenAsAString() {
        verifying.faults().malformedHttp("GET /v1", 1, "{\"chainId\":\"84532\"}");

        assertThat(await(runtime.channels().send(lobby.id(), signedText("one"))))
                .isNotNull();
    }

    // ---- What is not sent

    @Test
    void withoutAKeyNothingIsSent() {
        NookplotRuntime keyless = verifying.runtime(carol).build();

        assertThatThrownBy(() -> await(keyless.channels().send(lobby.id(), signedText("one"))))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("privateKey");
        assertThat(verifying.requests()).isEmpty();
    }

    @Test
    void aDirectMessageIsNotSignedAndNotSentUnsignedInstead() {
        assertThatThrownBy(() -> await(runtime.inbox().send("dave", signedText("psst"))))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("must not be signed");
        assertThat(verifying.requests()).isEmpty();
    }

    @Test
    void disconnectingEndsThoseThatWaitToo() {
        verifying.faults().stallHttp("POST /v1/channels/*/messages", true);
        List<Seen<SentMessage>> all = Stream.of("a", "b")
                .map(text -> watch(runtime.channels().send(lobby.id(), signedText(text))))
                .toList();
        pass(Duration.ofSeconds(1));
        await(runtime.disconnect());
        verifying.faults().stallHttp("POST /v1/channels/*/messages", false);
        pass(Duration.ofMinutes(1));

        assertThat(all).allSatisfy(seen -> assertThat(seen.error).isInstanceOf(DisconnectedException.class));
        assertThat(verifying.requests("POST /v1/channels/*/messages")).hasSize(1);
    }
}
