package io.agentruntime.phoenix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.OutboundOverflowException;
import io.agentruntime.error.OutcomeUnknownException;
import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpReply;
import io.agentruntime.stream.OverflowPolicy;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.support.Secrets;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * What is particular about long-polling. What holds for both transports is in {@link SocketOverLongPollTest}, {@link
 * WireOverLongPollTest}, {@link ChannelOverLongPollTest} and {@link PresenceOverLongPollTest}.
 */
class LongPollTest extends PhoenixScenario {

    @Override
    PhoenixTransport transport() {
        return PhoenixTransport.LONGPOLL;
    }

    private List<HttpCall> calls(String method) {
        return http.calls.stream().filter(call -> call.method().equals(method)).toList();
    }

    private static String body(HttpCall call) {
        return new String(call.body(), UTF_8);
    }

    // ---- Opening

    @Test
    void theFirstGetIsAnsweredWith410AndTheTokenThatAllLaterRequestsCarry() {
        PhoenixSocket socket = connected(b -> b.params(Map.of("a", "b")));
        joined(socket);

        HttpCall first = http.calls.get(0);
        assertThat(first.method()).isEqualTo("GET");
        assertThat(first.uri()).hasToString("http://phoenix.test/socket/longpoll?a=b&vsn=2.0.0");
        assertThat(http.calls.stream().skip(1).map(FakeLongPoll::token))
                .isNotEmpty()
                .allMatch(token -> token.startsWith("SFMyNTY"));
        assertThat(await(socket.connect()).transport()).isEqualTo(PhoenixTransport.LONGPOLL);
    }

    @Test
    void aRefusalOfTheApplicationIs403InTheBody() {
        http.script = call -> FakeLongPoll.reply("{\"status\":403}");

        assertThatThrownBy(() -> await(socket(b -> b).connect()))
                .isInstanceOfSatisfying(
                        HandshakeException.class,
                        refused -> assertThat(refused.status()).isEqualTo(403));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no json", "{\"status\":\"x\"}", "{\"status\":410}", "[]"})
    void anAnswerThatMakesNoSenseFailsTheConnect(String body) {
        http.script = call -> FakeLongPoll.reply(body);

        assertThatThrownBy(() -> await(socket(b -> b).connect()))
                .isInstanceOfAny(DecodeException.class, HandshakeException.class);
    }

    @Test
    void theTokenOfTheApplicationTravelsInAHeader() {
        connected(b -> b.authToken(Secrets.MARKER));

        assertThat(http.calls)
                .allSatisfy(call -> assertThat(call.headers()).containsEntry("x-phoenix-authtoken", Secrets.MARKER));
        http.calls.forEach(call -> Secrets.assertNoneIn(call.toString()));
    }

    // ---- Polling

    @Test
    void thereIsOnePollAtATimeAndAnEmptyOneIsASignOfLife() {
        PhoenixSocket socket = connected(b -> b.heartbeatInterval(Duration.ofSeconds(15)));
        server.script = (connection, frame) -> true; // no heartbeat is ever answered
        passSeconds(300);

        assertThat(http.mostPolls).isEqualTo(1);
        assertThat(calls("GET").size()).isBetween(30, 32);
        assertThat(socket.currentState().name()).isEqualTo("connected");
        assertThat(server.connections).hasSize(1);
    }

    @Test
    void aSessionThatTheServerHasForgottenIsReplaced() {
        PhoenixSocket socket = connected();
        Seen<ConnectionState> states = watch(socket.state());
        PhoenixChannel channel = joined(socket);
        server.connection().pipe.abort(new IllegalStateException("gone"));
        passSeconds(2);

        assertThat(((Reconnecting) states.values.get(1)).cause())
                .isInstanceOfSatisfying(
                        ConnectionLostException.class,
                        lost -> assertThat(lost.code()).isEqualTo(3410));
        assertThat(channel.currentState().name()).isEqualTo("joined");
        assertThat(server.connections).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 500, 502, 503})
    void aPollThatIsAnsweredWithAnErrorEndsTheSession(int status) {
        PhoenixSocket socket = connected();
        Seen<ConnectionState> states = watch(socket.state());
        http.script = call -> Mono.just(new HttpReply(status, Map.of(), new byte[0]));
        passSeconds(11);

        assertThat(((Reconnecting) states.values.get(1)).cause())
                .isInstanceOfSatisfying(
                        ConnectionLostException.class,
                        lost -> assertThat(lost.code()).isEqualTo(1011));
        http.script = call -> null;
        passSeconds(10);
        assertThat(states.last().name()).isEqualTo("connected");
    }

    @Test
    void aPollThatFailsEndsTheSessionForMessagesMayBeLost() {
        PhoenixSocket socket = connected();
        Seen<ConnectionState> states = watch(socket.state());
        http.script = call -> Mono.error(new ConnectionLostException(1006, "", new IOException("cut")));
        passSeconds(11);

        assertThat(states.values.get(1).name()).isEqualTo("reconnecting");
    }

    @Test
    void aMessageThatIsNoTextIsReportedAndTheOthersArrive() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        Seen<PhoenixMessage> messages = watch(channel.messages());
        Seen<?> errors = watch(socket.errors());
        http.script = call -> {
            http.script = other -> null;
            return call.method().equals("GET")
                    ? FakeLongPoll.reply("{\"status\":200,\"messages\":[7,\"§§\",\"[null,null,\\\"" + TOPIC
                            + "\\\",\\\"hello\\\",{}]\"]}")
                    : null;
        };
        passSeconds(10);

        assertThat(texts(messages)).containsExactly("hello {}");
        assertThat(errors.values).hasSize(2);
    }

    @Test
    void whileASubscriberHoldsReadingNothingIsPolled() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        List<PhoenixMessage> got = new ArrayList<>();
        BaseSubscriber<PhoenixMessage> slow = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.request(1);
            }

            @Override
            protected void hookOnNext(PhoenixMessage message) {
                got.add(message);
            }
        };
        channel.messages(StreamOptions.of(OverflowPolicy.BACKPRESSURE)
                        .withCapacity(2)
                        .withDeliverOn(time))
                .subscribe(slow);
        for (int i = 0; i < 5; i++) {
            server.connection().push(TOPIC, "n", "{}");
        }
        pass(10);
        int polls = calls("GET").size();
        passSeconds(5);
        assertThat(calls("GET")).hasSize(polls);
        slow.request(Long.MAX_VALUE);
        passSeconds(1);
        assertThat(got).hasSize(5);
        assertThat(calls("GET")).hasSizeGreaterThan(polls);
    }

    // ---- Posting

    /** Answers of POSTs come when the test says so. */
    private Sinks.One<HttpReply> holdPosts() {
        Sinks.One<HttpReply> release = Sinks.one();
        http.script = call -> call.method().equals("POST") ? release.asMono() : null;
        return release;
    }

    @Test
    void whatIsPushedDuringAPostGoesOutTogetherInOrder() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        int before = calls("POST").size();
        Sinks.One<HttpReply> release = holdPosts();
        for (int i = 0; i < 250; i++) {
            watch(channel.push("n", Map.of("i", i)));
        }
        pass(10);
        assertThat(calls("POST")).hasSize(before + 1);
        release.tryEmitValue(new HttpReply(200, Map.of(), "{\"status\":200}".getBytes(UTF_8)));
        pass(10);

        List<HttpCall> posts = calls("POST").subList(before, calls("POST").size());
        assertThat(posts.stream().map(post -> body(post).split("\n").length)).containsExactly(1, 100, 100, 49);
        List<String> lines = posts.stream()
                .flatMap(post -> List.of(body(post).split("\n")).stream())
                .toList();
        for (int i = 0; i < 250; i++) {
            assertThat(lines.get(i)).contains("{\"i\":" + i + "}");
        }
        assertThat(posts)
                .allSatisfy(post -> assertThat(post.headers()).containsEntry("content-type", "application/x-ndjson"));
    }

    @Test
    void aPostIsNeverSentTwice() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        http.script = call -> call.method().equals("POST")
                ? Mono.error(new OutcomeUnknownException("POST", "/socket/longpoll", new IOException("cut")))
                : null;
        Seen<Reply> push = watch(channel.push("pay", Map.of("sum", 1)));
        pass(10);
        assertThat(push.error).isInstanceOf(OutcomeUnknownException.class);
        http.script = call -> null;
        passSeconds(30);

        assertThat(channel.currentState().name()).isEqualTo("joined");
        assertThat(calls("POST").stream().filter(post -> body(post).contains("\"pay\"")))
                .hasSize(1);
        assertThat(server.connections).hasSize(2);
    }

    @Test
    void aPostThatIsRefusedEndsTheSession() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        http.script = call -> call.method().equals("POST") ? FakeLongPoll.reply("{\"status\":410}") : null;
        Seen<Reply> push = watch(channel.push("x"));
        pass(10);

        assertThat(push.error).isNotNull();
        assertThat(socket.currentState().name()).isEqualTo("reconnecting");
    }

    @Test
    void bytesTravelInBase64BothWays() {
        PhoenixChannel channel = joined(connected());
        byte[] data = {0, 1, (byte) 0xff, '\n'};
        Reply reply = await(channel.push("echo", data));

        assertThat(reply.response().as(byte[].class)).isEqualTo(data);
        assertThat(body(calls("POST").get(calls("POST").size() - 1))).matches("[A-Za-z0-9+/=]+");
    }

    @Test
    void version1GoesOutOneByOneAsJson() {
        speakVersion1();
        PhoenixChannel channel = joined(connected(b -> b.serializer(PhoenixSerializer.V1)));
        await(Mono.when(channel.push("echo", Map.of("n", 1)), channel.push("echo", Map.of("n", 2))));

        assertThat(calls("POST")).hasSizeGreaterThanOrEqualTo(3).allSatisfy(post -> {
            assertThat(post.headers()).containsEntry("content-type", "application/json");
            assertThat(body(post)).startsWith("{\"topic\":");
        });
    }

    @Test
    void theQueueIsBounded() {
        PhoenixSocket socket = connected(b -> b.webSocket(w -> w.maxQueuedBytes(2048)));
        PhoenixChannel channel = joined(socket);
        holdPosts();
        List<Seen<Reply>> pushes = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            pushes.add(watch(channel.push("n", Map.of("i", i))));
        }
        pass(10);

        assertThat(pushes.get(0).pending()).isTrue();
        assertThat(pushes.get(29).error).isInstanceOf(OutboundOverflowException.class);
        assertThat(socket.currentState().name()).isEqualTo("connected");
    }

    @Test
    void disconnectLetsAPostThatIsOnItsWayArrive() {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        Sinks.One<HttpReply> release = holdPosts();
        Seen<Void> sent = watch(channel.send("x", Map.of()));
        Seen<Void> disconnected = watch(socket.disconnect());
        pass(100);
        assertThat(disconnected.pending()).isTrue();
        release.tryEmitValue(new HttpReply(200, Map.of(), "{\"status\":200}".getBytes(UTF_8)));
        pass(10);
        assertThat(disconnected.completed).isTrue();
        int calls = http.calls.size();
        passSeconds(60);

        assertThat(http.calls).hasSize(calls);
        assertThat(sent.pending()).isFalse();
    }
}
