package io.agentruntime.phoenix.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.http.HttpReply;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.JsonNode;

/** Long-polling as Phoenix' transport does it, as a plain HTTP client sees it. */
@ParameterizedClass
@EnumSource(
        value = ServerContract.Kind.class,
        names = {"LOOPBACK", "MEMORY"})
class LongPollFactsTest extends ServerContract {

    private static final String JOINED = json("['1','1','room:a','phx_reply',{'status':'ok','response':{}}]");

    private Duration window = Duration.ofSeconds(10);
    private final ScriptedChannel room = ChannelHandler.scripted();

    @BeforeEach
    void room() {
        server.channel("room:*", room);
    }

    /** Over loopback nobody wants to wait for ten seconds. */
    private void shortWindow() {
        loopbackWindow(Duration.ofSeconds(2));
    }

    private void loopbackWindow(Duration shorter) {
        window = kind == Kind.MEMORY ? window : shorter;
        restart(EmbeddedPhoenixServer.builder());
    }

    private void restart(EmbeddedPhoenixServerBuilder builder) {
        restartWith(builder.longPollWindow(window));
        server.channel("room:*", room);
    }

    private JsonNode get(String query) {
        return body(request(call("GET", "/longpoll?vsn=2.0.0" + query, "text/plain", ""), Duration.ZERO));
    }

    private JsonNode post(String token, String lines) {
        return body(publish(token, lines, Duration.ZERO));
    }

    private HttpReply publish(String token, String lines, Duration virtual) {
        return request(
                call("POST", "/longpoll?vsn=2.0.0&token=" + token, "application/x-ndjson", json(lines)), virtual);
    }

    private String session() {
        JsonNode answer = get("");
        assertThat(answer.get("status").asInt()).isEqualTo(410);
        assertThat(answer.get("messages").isEmpty()).isTrue();
        return answer.get("token").stringValue();
    }

    private String joined() {
        String token = session();
        assertThat(post(token, "['1','1','room:a','phx_join',{}]")).isEqualTo(JSON.readTree("{\"status\":200}"));
        assertThat(poll(token)).containsExactly(JOINED);
        return token;
    }

    private List<String> poll(String token) {
        JsonNode answer = get("&token=" + token);
        assertThat(answer.get("status").asInt()).isEqualTo(200);
        assertThat(answer.get("token").stringValue()).isEqualTo(token);
        return texts(answer.get("messages"));
    }

    @Test
    void theFirstGetAnswers410WithAToken() {
        assertThat(session()).isNotEqualTo(session());
        assertThat(server.sockets()).isEqualTo(2);
    }

    @Test
    void refusalsAre403InTheBody() {
        assertThat(get("&vsn=7").get("status").asInt()).isEqualTo(410);
        JsonNode unknown = body(request(call("GET", "/longpoll?vsn=3.0.0", "text/plain", ""), Duration.ZERO));
        assertThat(unknown).isEqualTo(JSON.readTree("{\"status\":403}"));
        restart(EmbeddedPhoenixServer.builder().connect(request -> ConnectReply.refuse()));
        assertThat(get("")).isEqualTo(JSON.readTree("{\"status\":403}"));
    }

    @Test
    void messagesArePolledInOrderAndInBatches() {
        room.otherwise((channel, push) -> ServerReply.ok(push.content()));
        String token = joined();
        assertThat(post(
                                token,
                                "['1','2','room:a','x',{'n':2}]\n['1','3','room:a','x',{'n':3}]\r\n['1','4','room:a','x',{}]")
                        .get("status")
                        .asInt())
                .isEqualTo(200);
        assertThat(poll(token))
                .extracting(frame -> JSON.readTree(frame).get(1).stringValue())
                .containsExactly("2", "3", "4");
    }

    @Test
    void aPollWaitsForAMessage() {
        String token = joined();
        Mono<HttpReply> poll = exchange(call("GET", "/longpoll?token=" + token, "text/plain", ""))
                .cache();
        poll.subscribe();
        pass(Duration.ofMillis(100));
        server.broadcast("room:a", "news", Map.of());
        assertThat(texts(body(await(poll)).get("messages"))).containsExactly(json("[null,null,'room:a','news',{}]"));
    }

    @Test
    void aPollWithoutMessagesEndsWith204AfterTheWindow() {
        shortWindow();
        String token = joined();
        JsonNode answer = body(request(call("GET", "/longpoll?token=" + token, "text/plain", ""), window));
        assertThat(answer.get("status").asInt()).isEqualTo(204);
        assertThat(answer.get("messages").isEmpty()).isTrue();
    }

    @Test
    void aSessionThatIsNotPolledIsGoneAfterOneAndAHalfWindows() {
        shortWindow();
        String token = joined();
        if (kind == Kind.MEMORY) {
            pass(window);
            server.broadcast("room:a", "news", Map.of());
            assertThat(poll(token)).hasSize(1);
        }
        pass(window.multipliedBy(2));
        until(() -> server.sockets() == 0);
        JsonNode renewed = get("&token=" + token);
        assertThat(renewed.get("status").asInt()).isEqualTo(410);
        assertThat(renewed.get("token").stringValue()).isNotEqualTo(token);
        assertThat(post(token, "['1','2','room:a','x',{}]")).isEqualTo(JSON.readTree("{\"status\":410}"));
    }

    @Test
    void binaryPushesComeAsBase64() {
        room.on("size", (channel, push) -> ServerReply.ok(Map.of("bytes", push.data().length)));
        String token = joined();
        byte[] frame = WebSocketFactsTest.binary("1", "2", "room:a", "size", new byte[] {1, 2, 3});
        post(token, Base64.getEncoder().encodeToString(frame));
        assertThat(poll(token))
                .containsExactly(json("['1','2','room:a','phx_reply',{'status':'ok','response':{'bytes':3}}]"));
    }

    @Test
    void whatIsNeitherJsonNorBase64FailsWith500() {
        assertThat(publish(joined(), "{no base64}", Duration.ZERO).status()).isEqualTo(500);
    }

    @Test
    void aBinaryMessageCannotBePolled() {
        String token = joined();
        server.broadcast("room:a", "data", new byte[] {1});
        assertThat(request(call("GET", "/longpoll?token=" + token, "text/plain", ""), Duration.ZERO)
                        .status())
                .isEqualTo(500);
    }

    @Test
    void aBodyThatIsNoBatchIsOneMessage() {
        String token = session();
        request(
                call("POST", "/longpoll?token=" + token, "application/json", json("['1','1','room:a','phx_join',{}]")),
                Duration.ZERO);
        assertThat(poll(token)).containsExactly(JOINED);
    }

    @Test
    void v1IsSpokenWithoutAVsn() {
        JsonNode answer = body(request(call("GET", "/longpoll", "text/plain", ""), Duration.ZERO));
        String token = answer.get("token").stringValue();
        request(
                call(
                        "POST",
                        "/longpoll?token=" + token,
                        "application/json",
                        json("{'topic':'room:a','event':'phx_join','payload':{},'ref':'1'}")),
                Duration.ZERO);
        assertThat(JSON.readTree(poll(token).get(0)).get("ref").stringValue()).isEqualTo("1");
    }

    @Test
    void aSlowJoinHoldsThePostUpAndEndsItWith408AfterTheWindow() {
        // The session lasts half a window longer than the join is waited for, and the poll has to come within that.
        loopbackWindow(Duration.ofSeconds(6));
        Sinks.Empty<Void> decided = Sinks.empty();
        room.onJoin((channel, params) -> JoinDecision.later(decided.asMono().thenReturn(JoinDecision.ok())));
        String token = session();
        assertThat(body(publish(token, "['1','1','room:a','phx_join',{}]", window))
                        .get("status")
                        .asInt())
                .isEqualTo(408);
        decided.tryEmitEmpty();
        assertThat(poll(token)).containsExactly(JOINED);
    }

    @Test
    void aMalformedMessageEndsTheSession() {
        shortWindow();
        String token = joined();
        assertThat(body(publish(token, "[1]", window)).get("status").asInt()).isEqualTo(408);
        assertThat(get("&token=" + token).get("status").asInt()).isEqualTo(410);
    }

    @Test
    void aRestartForgetsEverySession() {
        String token = joined();
        await(server.restart(Shutdown.CLEAN, Duration.ZERO).thenReturn(true));
        reconnectHttp();
        assertThat(get("&token=" + token).get("status").asInt()).isEqualTo(410);
        String next = joined();
        server.faults().forgetLongPollSessions();
        assertThat(get("&token=" + next).get("status").asInt()).isEqualTo(410);
    }

    @Test
    void aDisconnectEndsTheSession() {
        restart(EmbeddedPhoenixServer.builder().connect(request -> ConnectReply.accept("users:7")));
        String token = joined();
        server.disconnect("users:7");
        assertThat(get("&token=" + token).get("status").asInt()).isEqualTo(410);
    }

    @Test
    void theAuthTokenIsAHeader() {
        Sinks.One<String> seen = Sinks.one();
        restart(EmbeddedPhoenixServer.builder().connect(request -> {
            seen.tryEmitValue(request.authToken().orElse("none"));
            return ConnectReply.accept();
        }));
        session();
        assertThat(seen.asMono().block(LIMIT)).isEmpty();
        assertThat(server.connects().get(0).transport()).isEqualTo(ConnectRequest.Transport.LONGPOLL);
        assertThat(server.connects().get(0).hasAuthToken()).isTrue();
    }

    @Test
    void otherRequestsAreAnsweredAsPhoenixDoes() {
        HttpReply preflight = request(call("OPTIONS", "/longpoll", "text/plain", ""), Duration.ZERO);
        assertThat(preflight.status()).isEqualTo(200);
        assertThat(preflight.header("access-control-allow-methods")).contains("get, post, options");
        assertThat(preflight.header("access-control-allow-origin")).contains("*");
        assertThat(request(call("PUT", "/longpoll", "text/plain", "x"), Duration.ZERO)
                        .status())
                .isEqualTo(400);
        assertThat(request(call("GET", "/websocket", "text/plain", ""), Duration.ZERO)
                        .status())
                .isEqualTo(400);
        HttpReply nothing = request(call("GET", "/elsewhere", "text/plain", ""), Duration.ZERO);
        assertThat(nothing.status()).isEqualTo(404);
        assertThat(new String(nothing.body(), UTF_8)).isEmpty();
    }
}
