package io.agentruntime.phoenix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.PipeRequest;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a Phoenix server does of its own accord, and what the client makes of it; in memory and virtual time. */
class ServerFactsTest extends PhoenixScenario {

    private EmbeddedPhoenixServer phoenix = start(EmbeddedPhoenixServer.builder());

    private EmbeddedPhoenixServer start(EmbeddedPhoenixServerBuilder options) {
        EmbeddedPhoenixServer started = options.inMemory(time);
        started.channel(
                "room:*", ChannelHandler.scripted().on("echo", (channel, push) -> ServerReply.ok(push.content())));
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
    @ParameterizedTest
    @EnumSource(
            value = PhoenixTransport.class,
            names = {"WEBSOCKET", "LONGPOLL"})
    void anUnknownVersionIsRefusedWith403(PhoenixTransport transport) {
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
        PhoenixSocket socket = client(b -> b.transport(transport).transport(exchange, pipes));

        assertThatThrownBy(() -> await(socket.connect()))
                .isInstanceOfSatisfying(
                        HandshakeException.class,
                        refused -> assertThat(refused.status()).isEqualTo(403));
        assertThat(socket.currentState().name()).isEqualTo("disconnected");
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
        passSeconds(5);

        assertThat(closeCodes(events)).containsExactly(adapter == Adapter.COWBOY ? 1000 : 1011);
        assertThat(names(states)).containsExactly("joined", "errored", "joining", "joined");
        assertThat(phoenix.channels(TOPIC)).hasSize(1);
    }

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

        assertThat(closeCodes(events)).containsExactly(adapter == Adapter.COWBOY ? 1000 : 1002);
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

    @ParameterizedTest
    @EnumSource(
            value = PhoenixTransport.class,
            names = {"WEBSOCKET", "LONGPOLL"})
    void aServerThatAnswersNoHeartbeatIsLeftOnlyWhereNothingElseComes(PhoenixTransport transport) {
        PhoenixSocket socket = client(b -> b.transport(transport));
        await(socket.connect());
        Seen<ConnectionEvent> events = watch(socket.connectionEvents());
        phoenix.faults().stopAnsweringHeartbeats(true);
        passSeconds(61);

        // An answer to a poll is a sign of life.
        assertThat(closeCodes(events)).hasSize(transport == PhoenixTransport.WEBSOCKET ? 1 : 0);
        passSeconds(5);
        assertThat(socket.currentState().name()).isEqualTo("connected");
    }

    @Test
    void aPushThatIsTooBigClosesWith1009AndFails() {
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
        phoenix.faults().slowJoins("room:slow", 1, Duration.ofSeconds(45));
        Seen<JoinReply> slow = watch(socket.channel("room:slow").join());
        Seen<Reply> push = watch(quick.push("echo"));
        Seen<Duration> ping = watch(socket.ping());
        passSeconds(44);
        assertThat(slow.pending() && push.pending() && ping.pending()).isTrue();
        passSeconds(2);

        assertThat(slow.values).hasSize(1);
        assertThat(push.values).hasSize(1);
        assertThat(ping.values).hasSize(1);
        assertThat(phoenix.connects()).hasSize(1);
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
