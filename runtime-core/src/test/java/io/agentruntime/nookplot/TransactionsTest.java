package io.agentruntime.nookplot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.DecodeException;
import io.agentruntime.error.DisconnectedException;
import io.agentruntime.error.HttpStatusException;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.error.OutcomeUnknownException;
import io.agentruntime.error.SigningRefusedException;
import io.agentruntime.http.HttpReply;
import io.agentruntime.support.Secrets;
import io.agentruntime.testkit.BreakPoint;
import io.agentruntime.testkit.RecordedRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class TransactionsTest extends SigningScenario {

    private static final String PREPARE = "/v1/prepare/vote";
    private static final JsonMapper JSON = JsonMapper.shared();

    private final NookplotRuntime runtime = signing();

    private List<String> relays() {
        return verifying.requests("POST /v1/relay").stream()
                .map(RecordedRequest::call)
                .toList();
    }

    // ---- Prepared, signed, relayed

    @Test
    void aTransactionIsSignedSoThatTheGatewayRelaysIt() {
        RelayResult first = await(runtime.transactions().prepareSignRelay(PREPARE, Map.of("cid", "Qm1", "up", true)));
        RelayResult second = await(runtime.transactions().prepareSignRelay("/v1/prepare/vote/remove", null));

        assertThat(first.txHash()).matches("0x[0-9a-f]{64}");
        assertThat(first.status()).isEqualTo("submitted");
        assertThat(second.txHash()).isNotEqualTo(first.txHash());
        assertThat(verifying.requests())
                .extracting(RecordedRequest::call)
                .containsExactly(
                        "POST /v1/prepare/vote", "POST /v1/relay", "POST /v1/prepare/vote/remove", "POST /v1/relay");
    }

    @Test
    void transactionsOfOneMomentGoOneAfterAnother() {
        List<Seen<RelayResult>> all = Stream.of(1, 2, 3)
                .map(i -> watch(runtime.transactions().prepareSignRelay(PREPARE, null)))
                .toList();
        pass(Duration.ofSeconds(1));

        assertThat(all).allSatisfy(seen -> {
            assertThat(seen.error).isNull();
            assertThat(seen.values).hasSize(1);
        });
    }

    @Test
    void theRelayGetsTheFieldsAsTheyCameAndTheSignatureAndTheDidCidBesideThem() {
        ObjectNode answer = prepared();
        answer.put("didCid", "bafy123");
        ((ObjectNode) answer.get("forwardRequest")).put("memo", "unknown");
        verifying.faults().malformedHttp("POST " + PREPARE, 1, answer.toString());
        List<JsonNode> bodies = new ArrayList<>();
        verifying.endpoint("POST /v1/relay", (agent, method, path, body) -> {
            bodies.add(JSON.readTree(body));
            return new HttpReply(200, Map.of(), "{\"txHash\":\"0xabc\",\"status\":\"submitted\"}".getBytes(UTF_8));
        });

        assertThat(await(runtime.transactions().prepareSignRelay(PREPARE, null)))
                .isEqualTo(new RelayResult("0xabc", "submitted"));
        ObjectNode expected = ((ObjectNode) answer.get("forwardRequest")).deepCopy();
        expected.put("signature", bodies.get(0).path("signature").asString());
        expected.put("didCid", "bafy123");
        assertThat(bodies).containsExactly(expected);
    }

    @Test
    void theStepsCanBeTakenOneByOne() {
        Transactions transactions = runtime.transactions();
        PreparedTransaction prepared = await(transactions.prepare(PREPARE, null));
        assertThat(prepared.forwardRequest().path("to").asString()).isEqualTo("0x" + "3".repeat(40));
        SignedTransaction signed = await(transactions.sign(prepared));
        assertThat(signed.signature()).matches("0x[0-9a-f]{130}");
        assertThat(relays()).isEmpty();

        assertThat(await(transactions.relay(signed)).txHash()).isNotBlank();
        assertThatThrownBy(() -> await(transactions.relay(signed)))
                .as("a second time")
                .isInstanceOf(HttpStatusException.BadRequest.class);
        assertThat(transactions.address()).hasValue(ADDRESS);
    }

    @Test
    void aChangedTransactionDoesNotPassForTheSignedOne() {
        Transactions transactions = runtime.transactions();
        PreparedTransaction prepared = await(transactions.prepare(PREPARE, null));
        SignedTransaction signed = await(transactions.sign(prepared));
        ((ObjectNode) prepared.forwardRequest()).put("data", "0xffff");
        SignedTransaction other = await(transactions.sign(prepared));

        assertThatThrownBy(() -> await(
                        transactions.relay(new SignedTransaction(other.forwardRequest(), signed.signature(), null))))
                .isInstanceOf(HttpStatusException.BadRequest.class)
                .hasMessageContaining("Invalid signature");
        assertThat(await(transactions.relay(signed))).isNotNull();
    }

    // ---- What is not signed

    /** What the gateway answers now, for a test to change. */
    private ObjectNode prepared() {
        PreparedTransaction prepared = await(runtime.transactions().prepare(PREPARE, null));
        ObjectNode answer = JSON.createObjectNode();
        answer.set("forwardRequest", prepared.forwardRequest());
        answer.set("domain", prepared.domain());
        answer.set("types", prepared.types());
        return answer;
    }

    private static ObjectNode request(ObjectNode answer) {
        return (ObjectNode) answer.get("forwardRequest");
    }

    private static ObjectNode domain(ObjectNode answer) {
        return (ObjectNode) answer.get("domain");
    }

    private static ArrayNode type(ObjectNode answer) {
        return (ArrayNode) answer.get("types").get("ForwardRequest");
    }

    private static Arguments refused(String field, String what, Consumer<ObjectNode> change) {
        return Arguments.of(field, what, change);
    }

    static Stream<Arguments> changes() {
        return Stream.of(
                refused("primaryType", "another type", a -> a.put("primaryType", "Permit")),
                refused("types.ForwardRequest", "no such type", a -> a.set("types", JSON.createObjectNode())),
                refused("types.ForwardRequest", "types no object", a -> a.put("types", "x")),
                refused(
                        "types.ForwardRequest",
                        "type no list",
                        a -> ((ObjectNode) a.get("types")).put("ForwardRequest", 1)),
                refused(
                        "types.ForwardRequest",
                        "an unknown field",
                        a -> type(a).addObject().put("name", "extra").put("type", "bytes")),
                refused(
                        "types.ForwardRequest",
                        "a field twice",
                        a -> type(a).addObject().put("name", "to").put("type", "address")),
                refused("types.ForwardRequest", "value left out", a -> type(a).remove(2)),
                refused(
                        "types.ForwardRequest",
                        "a struct as type",
                        a -> ((ObjectNode) type(a).get(6)).put("type", "Call")),
                refused(
                        "types.ForwardRequest",
                        "a signed number",
                        a -> ((ObjectNode) type(a).get(2)).put("type", "int256")),
                refused("types.ForwardRequest", "no name", a -> ((ObjectNode) type(a).get(2)).remove("name")),
                refused("domain", "domain no object", a -> a.put("domain", 7)),
                refused("domain", "no contract", a -> domain(a).remove("verifyingContract")),
                refused("domain", "an unknown field", a -> domain(a).put("salt", "0x" + "0".repeat(64))),
                refused("domain.name", "no name", a -> domain(a).put("name", "")),
                refused("domain.version", "version no text", a -> domain(a).put("version", 1)),
                refused("domain.chainId", "chain 0", a -> domain(a).put("chainId", 0)),
                refused("domain.chainId", "chain no number", a -> domain(a).put("chainId", "base")),
                refused("domain.verifyingContract", "no address", a -> domain(a).put("verifyingContract", "0x22")),
                refused("forwardRequest.from", "another agent", a -> request(a).put("from", "0x" + "4".repeat(40))),
                refused("forwardRequest.from", "no address", a -> request(a).put("from", "carol")),
                refused("forwardRequest.from", "missing", a -> request(a).remove("from")),
                refused("forwardRequest.to", "null", a -> request(a).putNull("to")),
                refused("forwardRequest.to", "no address", a -> request(a).put("to", "0x" + "g".repeat(40))),
                refused("forwardRequest.value", "something", a -> request(a).put("value", "1")),
                refused("forwardRequest.value", "a number", a -> request(a).put("value", 1)),
                refused("forwardRequest.value", "a fraction", a -> request(a).put("value", 0.5)),
                refused("forwardRequest.value", "empty", a -> request(a).put("value", "")),
                refused("forwardRequest.value", "missing", a -> request(a).remove("value")),
                refused("forwardRequest.value", "a boolean", a -> request(a).put("value", false)),
                refused("forwardRequest.gas", "negative", a -> request(a).put("gas", "-1")),
                refused("forwardRequest.gas", "too large", a -> request(a).put("gas", "9".repeat(78))),
                refused("forwardRequest.nonce", "hex", a -> request(a).put("nonce", "0x7")),
                refused("forwardRequest.data", "half a byte", a -> request(a).put("data", "0x123")),
                refused("forwardRequest.data", "missing", a -> request(a).remove("data")),
                refused("forwardRequest.deadline", "missing", a -> request(a).remove("deadline")),
                refused("forwardRequest.deadline", "null", a -> request(a).putNull("deadline")),
                refused(
                        "forwardRequest.deadline",
                        "milliseconds",
                        a -> request(a)
                                .put("deadline", request(a).get("deadline").longValue() * 1000)),
                refused("forwardRequest.from", "request no object", a -> a.put("forwardRequest", "0x")));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("changes")
    void whatCannotBeMeantIsNotSigned(String field, String what, Consumer<ObjectNode> change) {
        ObjectNode answer = prepared();
        change.accept(answer);
        verifying.faults().malformedHttp("POST " + PREPARE, 1, answer.toString());

        assertThatThrownBy(() -> await(runtime.transactions().prepareSignRelay(PREPARE, null)))
                .isInstanceOfSatisfying(
                        SigningRefusedException.class,
                        e -> assertThat(e.field()).isEqualTo(field))
                .hasMessageContaining("was not signed: " + field + " must ")
                .satisfies(Secrets::assertNoneIn);
        assertThat(relays()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"-3600, false", "-1, false", "0, false", "1, true", "3600, true", "3601, false", "86400, false"})
    void aDeadlineMayBeUpToAnHourAhead(long ahead, boolean fine) {
        pass(Duration.ofHours(2)); // for the clock begins at 1970
        ObjectNode answer = prepared();
        request(answer).put("deadline", String.valueOf(runtimeSeconds() + ahead)); // as a string, for a change
        PreparedTransaction transaction = new PreparedTransaction(
                answer.get("forwardRequest"), answer.get("domain"), answer.get("types"), "ForwardRequest", null);

        if (fine) {
            assertThat(await(runtime.transactions().sign(transaction), Duration.ZERO))
                    .isNotNull();
        } else {
            assertThatThrownBy(() -> await(runtime.transactions().sign(transaction), Duration.ZERO))
                    .isInstanceOf(SigningRefusedException.class)
                    .hasMessageContaining("forwardRequest.deadline")
                    .hasMessageContaining("clock");
        }
    }

    private long runtimeSeconds() {
        return time.now(TimeUnit.SECONDS);
    }

    @Test
    void theKeyOfAnotherAgentDoesNotSignForThisOne() {
        NookplotRuntime wrong = verifying.runtime(carol).privateKey(OTHER_KEY).build();

        assertThatThrownBy(() -> await(wrong.transactions().prepareSignRelay(PREPARE, null)))
                .isInstanceOf(SigningRefusedException.class)
                .hasMessageContaining("forwardRequest.from must be the key's address "
                        + wrong.transactions().address().orElseThrow());
        assertThat(relays()).isEmpty();
    }

    @Test
    void anErrorShowsABoundedPieceOfTheAnswerOnOneLine() {
        ObjectNode answer = prepared();
        request(answer).put("data", "evil\n\u2028" + "x".repeat(10_000));
        verifying.faults().malformedHttp("POST " + PREPARE, 1, answer.toString());

        assertThatThrownBy(() -> await(runtime.transactions().prepareSignRelay(PREPARE, null)))
                .isInstanceOf(SigningRefusedException.class)
                .satisfies(e -> assertThat(e.getMessage())
                        .hasSizeLessThan(300)
                        .doesNotContain("\n")
                        .doesNotContain("\u2028"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "{}", "[]", "{\"forwardRequest\":{},\"domain\":{}}"})
    void anAnswerWithoutATransactionIsAnError(String body) {
        verifying.faults().malformedHttp("POST " + PREPARE, 1, body);

        assertThatThrownBy(() -> await(runtime.transactions().prepareSignRelay(PREPARE, null)))
                .isInstanceOf(DecodeException.class);
        assertThat(relays()).isEmpty();
    }

    // ---- What is not even asked

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/v1/prepare",
                "/v1/prepare/",
                "/v1/relay",
                "/v1/prepared/vote",
                "v1/prepare/vote",
                "/v1/prepare/../relay",
                "/v1/prepare/%2e%2E/relay",
                "/v1/prepare/./vote",
                "/v1/prepare//vote",
                "/v1/prepare/vote?x=1",
                "/v1/prepare/vote#x",
                "/v1/prepare/vo te",
                "https://elsewhere.example/v1/prepare/vote"
            })
    void aPathElsewhereIsRefused(String path) {
        assertThatThrownBy(() -> await(runtime.transactions().prepareSignRelay(path, null)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("path");
        assertThatThrownBy(() -> await(runtime.transactions().prepare(path, null)))
                .isInstanceOf(InvalidOptionException.class);
        assertThat(verifying.requests()).isEmpty();
    }

    @Test
    void withoutAKeyNothingIsAsked() {
        NookplotRuntime keyless = verifying.runtime(carol).build();

        assertThatThrownBy(() -> await(keyless.transactions().prepareSignRelay(PREPARE, null)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("privateKey");
        assertThat(keyless.transactions().address()).isEmpty();
        assertThat(verifying.requests()).isEmpty();
    }

    // ---- When the relay refuses

    @ParameterizedTest
    @CsvSource({
        "400, BadRequest, false",
        "402, PaymentRequired, false",
        "403, Forbidden, false",
        "503, Unavailable, true"
    })
    void theErrorsOfTheRelayAreTyped(int status, String type, boolean retryable) {
        verifying.faults().failHttp("POST /v1/relay", status, 1);

        assertThatThrownBy(() -> await(runtime.transactions().prepareSignRelay(PREPARE, null)))
                .isInstanceOfSatisfying(HttpStatusException.class, e -> {
                    assertThat(e.getClass().getSimpleName()).isEqualTo(type);
                    assertThat(e.status()).isEqualTo(status);
                    assertThat(e.isRetryable()).isEqualTo(retryable);
                    assertThat(e.path()).isEqualTo("/v1/relay");
                });
        assertThat(relays()).as("sent once").hasSize(1);
        assertThat(await(runtime.transactions().prepareSignRelay(PREPARE, null)))
                .as("the next one goes its way")
                .isNotNull();
    }

    @Test
    void whatWasRefusedForNowCanBeRelayedLater() {
        SignedTransaction signed =
                await(runtime.transactions().prepare(PREPARE, null).flatMap(runtime.transactions()::sign));
        verifying.faults().failHttp("POST /v1/relay", 503, 1);
        assertThatThrownBy(() -> await(runtime.transactions().relay(signed)))
                .isInstanceOf(HttpStatusException.Unavailable.class)
                .isInstanceOf(HttpStatusException.ServerError.class)
                .hasMessageContaining("later");
        pass(Duration.ofMinutes(10));

        assertThat(await(runtime.transactions().relay(signed)).status()).isEqualTo("submitted");
    }

    @Test
    void tooManyRelaysAreWaitedOut() {
        verifying.faults().rateLimit("POST /v1/relay", 2, Duration.ofSeconds(60));
        Seen<RelayResult> result = watch(runtime.transactions().prepareSignRelay(PREPARE, null));
        pass(Duration.ofSeconds(119));
        assertThat(result.values).isEmpty();
        pass(Duration.ofSeconds(30));

        assertThat(result.values).hasSize(1);
    }

    @Test
    void aRelayWhoseAnswerIsLostIsNotRepeated() {
        verifying.faults().breakHttp("POST /v1/relay", 1, BreakPoint.AFTER_ACTING);

        assertThatThrownBy(() -> await(runtime.transactions().prepareSignRelay(PREPARE, null)))
                .isInstanceOf(OutcomeUnknownException.class);
        pass(Duration.ofHours(1));
        assertThat(relays()).hasSize(1);
    }

    // ---- Cancelling

    @Test
    void disconnectingEndsTheOneThatRunsAndThoseThatWait() {
        verifying.faults().stallHttp("POST " + PREPARE, true);
        List<Seen<RelayResult>> all = Stream.of(1, 2, 3)
                .map(i -> watch(runtime.transactions().prepareSignRelay(PREPARE, null)))
                .toList();
        pass(Duration.ofSeconds(1));
        await(runtime.disconnect());
        verifying.faults().stallHttp("POST " + PREPARE, false);
        pass(Duration.ofMinutes(1));

        assertThat(all).allSatisfy(seen -> assertThat(seen.error).isInstanceOf(DisconnectedException.class));
        assertThat(verifying.requests("POST " + PREPARE)).hasSize(1);
        assertThat(relays()).isEmpty();
        assertThat(await(runtime.transactions().prepareSignRelay(PREPARE, null)))
                .as("later ones are welcome")
                .isNotNull();
    }

    @Test
    void whoGivesUpWaitingMakesRoomForTheNext() {
        verifying.faults().stallHttp("POST " + PREPARE, true);
        var first = runtime.transactions().prepareSignRelay(PREPARE, null).subscribe();
        var second = runtime.transactions().prepareSignRelay(PREPARE, null).subscribe();
        Seen<RelayResult> third = watch(runtime.transactions().prepareSignRelay(PREPARE, null));
        pass(Duration.ofSeconds(1));
        second.dispose();
        first.dispose();
        pass(Duration.ofSeconds(1));
        verifying.faults().stallHttp("POST " + PREPARE, false);
        pass(Duration.ofSeconds(1));

        assertThat(third.values).hasSize(1);
        assertThat(verifying.requests("POST " + PREPARE)).hasSize(2);
    }
}
