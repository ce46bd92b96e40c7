package io.agentruntime.phoenix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.connection.ConnectionEvent;
import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.connection.Verdict;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.error.NotConnectedException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.support.Secrets;
import io.agentruntime.transport.PipeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Connecting, heartbeats, closing and reconnecting, whatever the transport. */
class SocketTest extends PhoenixScenario {

    private PipeRequest lastRequest() {
        return server.requests.get(server.requests.size() - 1);
    }

    // ---- Connecting

    @ParameterizedTest
    @ValueSource(strings = {"ftp://phoenix.test", "phoenix.test/socket", "ws://phoenix.test/socket?token=1", "ws:///x"})
    void anAddressThatCannotWorkIsRefused(String url) {
        assertThatThrownBy(() -> PhoenixSocket.builder().url(url))
                .isInstanceOfSatisfying(
                        InvalidOptionException.class,
                        e -> assertThat(e.option()).isEqualTo("url"));
    }

    @Test
    void theAddressIsRequired() {
        assertThatThrownBy(() -> PhoenixSocket.builder().build()).hasMessageContaining("'url' is required");
    }

    @Test
    void paramsAreAskedForBeforeEveryConnect() {
        AtomicInteger asked = new AtomicInteger();
        connected(b -> b.params(Mono.fromSupplier(() -> Map.of("n", asked.incrementAndGet()))));
        server.connection().pipe.abort(new IllegalStateException("cut"));
        passSeconds(2);

        assertThat(server.requests.stream()
                        .map(request -> request.target().uri().getQuery()))
                .containsExactly("n=1&vsn=2.0.0", "n=2&vsn=2.0.0");
    }

    @Test
    void paramsMayBeNestedAndAreEncoded() {
        Map<String, Object> params = new LinkedHashMap<>();
        params.put("user", Map.of("id", 7));
        params.put("tags", List.of("a b", "c&d"));
        params.put("none", null);
        connected(b -> b.params(params));

        assertThat(lastRequest().target().uri().getRawQuery())
                .isEqualTo("user%5Bid%5D=7&tags%5B%5D=a%20b&tags%5B%5D=c%26d&vsn=2.0.0");
    }

    @Test
    void paramsThatDoNotComeFailTheAttempt() {
        PhoenixSocket socket = socket(b -> b.params(Mono.never()));
        Seen<PhoenixSessionInfo> connect = watch(socket.connect());
        passSeconds(10);

        assertThat(connect.error).isInstanceOf(TimeLimitException.class);
        assertThat(socket.currentState().name()).isEqualTo("disconnected");
    }

    @Test
    void theTokenIsAskedForBeforeEveryConnect() {
        AtomicInteger asked = new AtomicInteger();
        connected(b -> b.authToken(Mono.fromSupplier(() -> "token-" + asked.incrementAndGet()))
                .authTokenParam("t"));
        server.connection().pipe.abort(new IllegalStateException("cut"));
        passSeconds(2);

        assertThat(server.requests.stream()
                        .map(request -> request.target().uri().getQuery()))
                .containsExactly("t=token-1&vsn=2.0.0", "t=token-2&vsn=2.0.0");
    }

    @Test
    void credentialsAreInNoTextOfTheSocket() {
        PhoenixSocketBuilder builder = PhoenixSocket.builder()
                .url("ws://phoenix.test/socket")
                .params(Map.of("key", Secrets.MARKER))
                .authToken(Secrets.MARKER);
        Secrets.assertNoneIn(builder.toString());
        Secrets.assertNoneIn(builder.settings().toString());
        PhoenixSocket socket =
                connected(b -> b.params(Map.of("key", Secrets.MARKER)).authToken(Secrets.MARKER));
        PhoenixChannel channel = socket.channel(TOPIC, Map.of("token", Secrets.MARKER));
        await(channel.join());
        Secrets.assertNoneIn(socket.toString());
        Secrets.assertNoneIn(channel.toString());
        Secrets.assertNoneIn(channel.currentState().toString());
        Secrets.assertNoneIn(socket.currentState().toString());
        assertThatThrownBy(() -> PhoenixSocket.builder().authToken(Secrets.MARKER + "\n"))
                .satisfies(Secrets::assertNoneIn);
    }

    @Test
    void anApplicationThatRefusesIsAskedAgainWithFreshParams() {
        AtomicInteger asked = new AtomicInteger();
        PhoenixSocket socket = connected(b -> b.params(Mono.fromSupplier(() -> Map.of("n", asked.incrementAndGet()))));
        Seen<ConnectionEvent> events = watch(socket.connectionEvents());
        server.refusal = new HandshakeException(403, "phoenix.test/socket/websocket", null);
        server.connection().pipe.abort(new IllegalStateException("cut"));
        passSeconds(60);

        assertThat(socket.currentState().name()).isEqualTo("reconnecting");
        assertThat(asked.get()).isGreaterThan(10);
        assertThat(events.values.stream()
                        .filter(ConnectionEvent.AttemptFailed.class::isInstance)
                        .map(ConnectionEvent.AttemptFailed.class::cast))
                .isNotEmpty()
                .allSatisfy(failed -> assertThat(failed.verdict()).isEqualTo(Verdict.REFRESH_THEN_RETRY));
        server.refusal = null;
        passSeconds(6);
        assertThat(socket.currentState().name()).isEqualTo("connected");
    }

    @Test
    void aFirstConnectThatIsRefusedFails() {
        server.refusal = new HandshakeException(403, "phoenix.test/socket/websocket", null);

        assertThatThrownBy(() -> await(socket(b -> b).connect())).isInstanceOf(HandshakeException.class);
    }

    // ---- Heartbeats

    @Test
    void theTopicOfHeartbeatsIsNoChannels() {
        assertThatThrownBy(() -> connected().channel("phoenix"))
                .isInstanceOfSatisfying(
                        InvalidOptionException.class,
                        e -> assertThat(e.option()).isEqualTo("topic"))
                .hasMessageContaining("phoenix");
    }

    @Test
    void aHeartbeatGoesOutEvery30SecondsWithAReferenceOfItsOwn() {
        connected();
        passSeconds(95);

        List<FakePhoenix.Frame> beats = server.connection().received("heartbeat");
        assertThat(beats).hasSize(3);
        assertThat(beats).allSatisfy(beat -> {
            assertThat(beat.topic()).isEqualTo("phoenix");
            assertThat(beat.joinRef()).isNull();
            assertThat(beat.payload().toString()).isEqualTo("{}");
        });
        assertThat(beats.stream().map(FakePhoenix.Frame::ref)).doesNotHaveDuplicates();
        assertThat(beats.get(0).text()).isEqualTo("[null,\"" + beats.get(0).ref() + "\",\"phoenix\",\"heartbeat\",{}]");
    }

    @Test
    void anyFrameIsASignOfLife() {
        connected();
        server.script = (connection, frame) -> true;
        for (int i = 0; i < 20; i++) {
            passSeconds(10);
            server.connection().broadcast(TOPIC, "news", "{}");
        }

        assertThat(server.connections).hasSize(1);
    }

    @Test
    void aServerThatIsBusyWithAJoinIsNotTakenForDead() {
        PhoenixSocket socket = connected(b -> b.joinTimeout(Duration.ofSeconds(70)));
        List<FakePhoenix.Frame> kept = new ArrayList<>();
        server.script = (connection, frame) -> kept.add(frame); // a slow join blocks the whole connection
        PhoenixChannel channel = socket.channel(TOPIC);
        Seen<JoinReply> join = watch(channel.join());
        passSeconds(69);
        server.script = (connection, frame) -> false;
        kept.forEach(server.connection()::answer);
        pass(10);

        assertThat(join.values).hasSize(1);
        assertThat(server.connections).hasSize(1);
    }

    @Test
    void pingMeasuresTheRoundTrip() {
        PhoenixSocket socket = connected();
        AtomicReference<FakePhoenix.Frame> beat = new AtomicReference<>();
        server.script = (connection, frame) -> {
            beat.set(frame);
            return true;
        };
        Seen<Duration> ping = watch(socket.ping());
        pass(120);
        server.connection().reply(beat.get(), "ok", "{}");
        pass(1);
        assertThat(ping.values).containsExactly(Duration.ofMillis(120));

        Seen<Duration> unanswered = watch(socket.ping());
        Seen<Duration> cut = watch(socket.ping());
        passSeconds(5);
        server.connection().pipe.abort(new IllegalStateException("cut"));
        pass(1);
        assertThat(unanswered.error).isInstanceOf(SessionEndedException.class);
        assertThat(cut.error).isInstanceOf(SessionEndedException.class);
        assertThatThrownBy(() -> await(socket.ping())).isInstanceOf(NotConnectedException.class);
    }

    // ---- Closing and reconnecting

    @Test
    void theReferenceTableOfDelaysIsAChoice() {
        PhoenixSocket socket = connected(b -> b.reconnect(r -> r.strategy(PhoenixDelays.reconnect())));
        Seen<ConnectionState> states = watch(socket.state());
        server.refusal = new HandshakeException(503, "phoenix.test", null);
        server.connection().pipe.abort(new IllegalStateException("cut"));
        passSeconds(30);

        assertThat(states.values.stream()
                        .filter(Reconnecting.class::isInstance)
                        .map(state -> ((Reconnecting) state).delay().toMillis()))
                .startsWith(10L, 50L, 100L, 150L, 200L, 250L, 500L, 1000L, 2000L, 5000L, 5000L);
    }

    @Test
    void aThousandClientsComeBackSpreadOut() {
        List<PhoenixSocket> sockets = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Random random = new Random(i);
            PhoenixSocket socket = socket(b -> b.random(random));
            socket.connect().subscribe();
            sockets.add(socket);
        }
        pass(100);
        long dropped = millis();
        List<Long> times = new ArrayList<>();
        sockets.forEach(socket -> socket.connectionEvents().subscribe(event -> {
            if (event instanceof ConnectionEvent.AttemptStarted started && started.attempt() == 1) {
                times.add(millis() - dropped);
            }
        }));
        List.copyOf(server.connections).forEach(connection -> connection.pipe.abort(new IllegalStateException("cut")));
        for (int i = 0; i < 1100; i++) {
            pass(1);
        }

        assertThat(times).hasSize(1000);
        for (long from = 0; from <= 1000; from++) {
            long start = from;
            assertThat(times.stream()
                            .filter(at -> at >= start && at < start + 100)
                            .count())
                    .as("first attempts in the 100 ms from %d ms", start)
                    .isLessThanOrEqualTo(200);
        }
    }

    /** The n-th one, counted from 0, is anywhere from nothing to {@code min(5 s, 1 s * 2^n)}. */
    @Test
    void theDefaultDelaysHaveFullJitterUpTo5Seconds() {
        List<List<Long>> delays =
                List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Random random = new Random(7);
        for (int i = 0; i < 100; i++) {
            PhoenixSocket socket = connected(b -> b.random(random));
            socket.state().subscribe(state -> {
                if (state instanceof Reconnecting lost && lost.attempt() <= delays.size()) {
                    delays.get(lost.attempt() - 1).add(lost.delay().toMillis());
                }
            });
            server.refusal = new HandshakeException(503, "phoenix.test", null);
            server.connection().pipe.abort(new IllegalStateException("cut"));
            passSeconds(40);
            await(socket.close());
            server.refusal = null;
        }

        long[] longest = {1000, 2000, 4000, 5000, 5000};
        for (int attempt = 0; attempt < longest.length; attempt++) {
            assertThat(delays.get(attempt)).hasSize(100).allMatch(inRange(0, longest[attempt]));
            assertThat(delays.get(attempt)).anyMatch(inRange(0, longest[attempt] / 10));
            assertThat(delays.get(attempt)).anyMatch(inRange(longest[attempt] * 9 / 10, longest[attempt]));
        }
    }

    private static Predicate<Long> inRange(long from, long to) {
        return millis -> millis >= from && millis <= to;
    }

    // ---- What arrives

    @Test
    void everyMessageIsSeenByWhoeverLogs() {
        PhoenixSocket socket = connected();
        Seen<PhoenixMessage> all = watch(socket.messages());
        joined(socket);
        server.connection().broadcast("room:other", "news", "{\"private\":\"" + Secrets.MARKER + "\"}");
        pass(10);

        assertThat(all.values.stream().map(PhoenixMessage::event)).containsExactly("phx_reply", "news");
        assertThat(all.values.get(0).reply().orElseThrow().isOk()).isTrue();
        all.values.forEach(message -> Secrets.assertNoneIn(message.toString()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "{}",
                "[]",
                "[null,null,\"room:lobby\",\"x\"]",
                "[null,null,\"room:lobby\",5,{}]",
                "[null,null,\"room:lobby\",\"x\",{}",
                "[null,null,\"room:lobby\",\"x\",{]",
                "{\"topic\":\"room:lobby\",\"event\":\"x\",\"payload\":{},\"ref\":null}"
            })
    void aMalformedFrameIsReportedAndNothingElseIsLost(String frame) {
        PhoenixSocket socket = connected();
        PhoenixChannel channel = joined(socket);
        Seen<?> errors = watch(socket.errors());
        Seen<PhoenixMessage> messages = watch(channel.messages());
        server.connection().push(TOPIC, "before", "{}");
        server.connection().raw(frame);
        server.connection().push(TOPIC, "after", "{}");
        pass(10);

        assertThat(texts(messages)).containsExactly("before {}", "after {}");
        assertThat(errors.values).singleElement().isInstanceOf(DecodeException.class);
        assertThat(socket.currentState().name()).isEqualTo("connected");
    }
}
