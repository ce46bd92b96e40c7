package io.agentruntime.phoenix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.agentruntime.connection.ConnectionEvent;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.HandshakeException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.http.HttpCall;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.net.SecretUri;
import io.agentruntime.phoenix.testkit.Adapter;
import io.agentruntime.phoenix.testkit.ChannelHandler;
import io.agentruntime.phoenix.testkit.ConnectReply;
import io.agentruntime.phoenix.testkit.EmbeddedPhoenixServer;
import io.agentruntime.phoenix.testkit.EmbeddedPhoenixServerBuilder;
import io.agentruntime.phoenix.testkit.ServerReply;
import io.agentruntime.testkit.Shutdown;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.PipeRequest;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a Phoenix server does of its own accord, and what the client makes of it; in memory and virtual time. */
@ParameterizedClass
@EnumSource(
        value = PhoenixTransport.class,
        names = {"WEBSOCKET", "LONGPOLL"})
class ServerFactsTest extends PhoenixScenario {

    /** What a session ends with that the server has forgotten: a client that polls is told no code. */
    private static final int GONE = 3410;

    @Parameter
    PhoenixTransport transport;

    private EmbeddedPhoenixServer phoenix = start(EmbeddedPhoenixServer.builder());

    @Override
    PhoenixTransport transport() {
        return transport;
    }

    private boolean overWebSocket() {
        return transport == PhoenixTransport.WEBSOCKET;
    }

    private EmbeddedPhoenixServer start(EmbeddedPhoenixServerBuilder options) {
        EmbeddedPhoenixServer started = options.inMemory(time);
        started.channel(
                "room:*",
                ChannelHandler.scripted()
                        .on("echo", (channel, push) -> ServerReply.ok(push.content()))
                        .on("silent", (channel, push) -> ServerReply.none()));
        return started;
    }

    private PhoenixSocket client(UnaryOperator<PhoenixSocketBuilder> options) {
        return socket(b -> options.apply(b.url(phoenix.url()).transport(phoenix.exchange(), phoenix.pipes())));
    }

    private static List<Integer> closeCodes(Seen<ConnectionEvent> events) {
        return events.values.stream()
                .filter(ConnectionEvent.SessionLost.class::isInstance)
                .map(event ->
                        ((ConnectionEvent.SessionLost) event).end().status().code())
                .toList();
    }

    private static URI withVersion3(URI target) {
        return URI.create(target.toString().replace("vsn=2.0.0", "vsn=3.0.0"));
    }

    /** Only 1.0.0 and 2.0.0 exist; this client speaks them, so that something in between has to ask for another. */
    @Test
    void anUnknownVersionIsRefusedWith403() {
        PipeConnector pipes = (request, listener) -> phoenix.pipes()
                .connect(
                        PipeRequest.to(
                                new SecretUri(withVersion3(request.target().uri()))),
                        listener);
        HttpExchange exchange = call -> phoenix.exchange()
                .exchange(new HttpCall(
                        call.method(),
                        withVersion3(call.uri()),
                        call.headers(),
                        call.body(),
                        call.limit(),
                        call.maxResponseBytes()));
        PhoenixSocket socket = client(b -> b.transport(exchange, pipes));

        assertThatThrownBy(() -> await(socket.connect()))
                .isInstanceOfSatisfying(
                        HandshakeException.class,
                        refused -> assertThat(refused.status()).isEqualTo(403));
        assertThat(socket.currentState().name()).isEqualTo("disconnected");
    }

    @Test
    void anApplicationThatRefusesIsAskedAgainAfterTheFirstConnect() {
        AtomicBoolean refuses = new AtomicBoolean(true);
        phoenix = start(EmbeddedPhoenixServer.builder()
                .connect(request -> refuses.get() ? ConnectReply.refuse() : ConnectReply.accept("users:7")));
        PhoenixSocket socket = client(b -> b);
        assertThatThrownBy(() -> await(socket.connect()))
                .isInstanceOfSatisfying(
                        HandshakeException.class,
                        refused -> assertThat(refused.status()).isEqualTo(403));
        refuses.set(false);
        await(socket.connect());
        refuses.set(true);
        phoenix.disconnect("users:7");
        passSeconds(60);
        assertThat(socket.currentState().name()).isEqualTo("reconnecting");
        refuses.set(false);
        passSeconds(6);

        assertThat(socket.currentState().name()).isEqualTo("connected");
    }

    /** 1000 from the server does not mean to stay away. */
    @ParameterizedTest
    @EnumSource(Adapter.class)
    void afterADisconnectBroadcastTheSocketComesBack(Adapter adapter) {
        phoenix = start(
                EmbeddedPhoenixServer.builder().adapter(adapter).connect(request -> ConnectReply.accept("users:7")));
        PhoenixSocket socket = client(b -> b);
        await(socket.connect());
        PhoenixChannel channel = joined(socket);
        Seen<ConnectionEvent> events = watch(socket.connectionEvents());
        Seen<ChannelState> states = watch(channel.state());
        phoenix.disconnect("users:7");
        passSeconds(20);

        assertThat(closeCodes(events)).containsExactly(overWebSocket() ? code(adapter, 1000, 1011) : GONE);
        // Only the code tells: there was no phx_close, which would have closed the channel.
        assertThat(names(states)).containsExactly("joined", "errored", "joining", "joined");
        assertThat(phoenix.channels(TOPIC)).hasSize(1);
    }

    private static int code(Adapter adapter, int cowboy, int bandit) {
        return adapter == Adapter.COWBOY ? cowboy : bandit;
    }

    @ParameterizedTest
    @CsvSource({"CLEAN, 1012, 1012", "CLEAN, 1000, 1000", "KILLED, 1012, 1006"})
    void afterAShutdownTheSocketComesBack(Shutdown how, int configured, int code) {
        phoenix = start(EmbeddedPhoenixServer.builder().shutdownCode(configured));
        PhoenixSocket socket = client(b -> b);
        await(socket.connect());
        PhoenixChannel channel = joined(socket);
        Seen<ConnectionEvent> events = watch(socket.connectionEvents());
        Seen<PhoenixMessage> messages = watch(socket.messages());
        Seen<Reply> pending = watch(channel.push("silent"));
        phoenix.restart(how, Duration.ofSeconds(1)).subscribe();
        passSeconds(20);

        assertThat(closeCodes(events)).hasSize(1);
        if (overWebSocket()) {
            assertThat(closeCodes(events)).containsExactly(code);
        }
        assertThat(pending.error).isInstanceOf(SessionEndedException.class);
        assertThat(messages.values).extracting(PhoenixMessage::event).doesNotContain("phx_close");
        assertThat(channel.currentState().name()).isEqualTo("joined");
        assertThat(phoenix.channels(TOPIC)).hasSize(1);
    }

    /** Polls keep a session. */
    @ParameterizedTest
    @EnumSource(Adapter.class)
    void aSocketThatIsIdleFor60SecondsIsClosedAndComesBack(Adapter adapter) {
        phoenix = start(EmbeddedPhoenixServer.builder().adapter(adapter));
        PhoenixSocket socket = client(b -> b.heartbeatInterval(Duration.ofMinutes(10)));
        await(socket.connect());
        PhoenixChannel channel = joined(socket);
        Seen<ConnectionEvent> events = watch(socket.connectionEvents());
        passSeconds(59);
        assertThat(closeCodes(events)).isEmpty();
        passSeconds(7);

        assertThat(closeCodes(events)).isEqualTo(overWebSocket() ? List.of(code(adapter, 1000, 1002)) : List.of());
        assertThat(channel.currentState().name()).isEqualTo("joined");
    }

    @Test
    void heartbeatsKeepAnIdleSocketOpen() {
        PhoenixSocket socket = client(b -> b);
        await(socket.connect());
        Seen<ConnectionEvent> events = watch(socket.connectionEvents());
        passSeconds(3600);

        assertThat(closeCodes(events)).isEmpty();
        assertThat(phoenix.messages("heartbeat")).hasSize(120);
    }

    @Test
    void aServerThatAnswersNoHeartbeatIsLeftOnlyWhereNothingElseComes() {
        PhoenixSocket socket = client(b -> b);
        await(socket.connect());
        Seen<ConnectionEvent> events = watch(socket.connectionEvents());
        phoenix.faults().stopAnsweringHeartbeats(true);
        passSeconds(61);

        // An answer to a poll is a sign of life.
        assertThat(closeCodes(events)).hasSize(overWebSocket() ? 1 : 0);
        passSeconds(5);
        assertThat(socket.currentState().name()).isEqualTo("connected");
    }

    @Test
    void aPushThatIsTooBigClosesWith1009AndFails() {
        assumeTrue(overWebSocket(), "the limit is that of WebSockets");
        phoenix = start(EmbeddedPhoenixServer.builder().maxFrameBytes(10_000));
        PhoenixSocket socket = client(b -> b);
        await(socket.connect());
        PhoenixChannel channel = joined(socket);
        Seen<ConnectionEvent> events = watch(socket.connectionEvents());
        Seen<Reply> push = watch(channel.push("echo", Map.of("a", "x".repeat(20_000))));
        passSeconds(5);

        assertThat(push.error).isInstanceOfAny(SessionEndedException.class, ConnectionLostException.class);
        assertThat(closeCodes(events)).containsExactly(1009);
        assertThat(channel.currentState().name()).isEqualTo("joined");
    }

    @Test
    void aSlowJoinHoldsUpEverythingAndIsWaitedFor() {
        PhoenixSocket socket = client(b -> b.joinTimeout(Duration.ofSeconds(50)).pushTimeout(Duration.ofSeconds(50)));
        await(socket.connect());
        PhoenixChannel quick = socket.channel("room:quick");
        await(quick.join());
        // The server gives a request that publishes ten seconds.
        int seconds = overWebSocket() ? 45 : 8;
        phoenix.faults().slowJoins("room:slow", 1, Duration.ofSeconds(seconds));
        Seen<JoinReply> slow = watch(socket.channel("room:slow").join());
        Seen<Reply> push = watch(quick.push("echo"));
        Seen<Duration> ping = watch(socket.ping());
        passSeconds(seconds - 1);
        assertThat(slow.pending() && push.pending() && ping.pending()).isTrue();
        passSeconds(2);

        assertThat(slow.values).hasSize(1);
        assertThat(push.values).hasSize(1);
        assertThat(ping.values).hasSize(1);
        assertThat(phoenix.connects()).hasSize(1);
    }

    /** A slower one ends the session, and is made again with the next. */
    @Test
    void aSlowJoinThatTheServerGivesUpOverLongPollIsMadeAgain() {
        assumeTrue(!overWebSocket(), "it is a fact of long-polling");
        PhoenixSocket socket = client(b -> b.joinTimeout(Duration.ofSeconds(50)));
        await(socket.connect());
        phoenix.faults().slowJoins(TOPIC, 1, Duration.ofSeconds(45));
        Seen<ConnectionEvent> events = watch(socket.connectionEvents());
        Seen<JoinReply> join = watch(socket.channel(TOPIC).join());
        passSeconds(20);

        assertThat(closeCodes(events)).containsExactly(1011);
        assertThat(join.values).hasSize(1);
        assertThat(phoenix.connects()).hasSize(2);
    }

    /** It gets no reply, and nobody waits for one. */
    @Test
    void leavingDuringASlowJoinLeavesNothingBehind() {
        PhoenixSocket socket = client(b -> b);
        await(socket.connect());
        phoenix.faults().slowJoins(TOPIC, 1, Duration.ofSeconds(5));
        PhoenixChannel channel = socket.channel(TOPIC);
        watch(channel.join());
        pass(10);
        assertThat(watch(channel.leave()).completed).isTrue();
        passSeconds(10);
        assertThat(phoenix.channels(TOPIC)).isEmpty();

        await(channel.join());
        assertThat(await(channel.push("echo")).isOk()).isTrue();
    }
}
