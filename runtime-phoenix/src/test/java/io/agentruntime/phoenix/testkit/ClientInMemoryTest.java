package io.agentruntime.phoenix.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.phoenix.PhoenixChannel;
import io.agentruntime.phoenix.PhoenixSocket;
import io.agentruntime.phoenix.PhoenixTransport;
import io.agentruntime.testkit.Shutdown;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The client that the server hands out lives on its clock, and needs no network. */
class ClientInMemoryTest {

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final EmbeddedPhoenixServer server = EmbeddedPhoenixServer.inMemory(time);

    @ParameterizedTest
    @EnumSource(names = {"WEBSOCKET", "LONGPOLL"})
    void connectsJoinsPushesAndComesBackOnTheServersClock(PhoenixTransport transport) {
        server.channel(
                "room:*", ChannelHandler.scripted().on("echo", (channel, push) -> ServerReply.ok(push.content())));
        PhoenixSocket socket = server.client().transport(transport).build();
        PhoenixChannel channel = socket.channel("room:lobby");
        List<String> states = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        socket.state().map(ConnectionState::name).subscribe(states::add);

        socket.connect().then(channel.join()).subscribe();
        pass(1);
        channel.push("echo", List.of("before"))
                .subscribe(reply -> answers.add(reply.response().json().text()));
        pass(1);
        server.restart(Shutdown.KILLED, Duration.ofSeconds(60)).subscribe();
        pass(120);
        channel.push("echo", List.of("after"))
                .subscribe(reply -> answers.add(reply.response().json().text()));
        pass(1);

        assertThat(answers).containsExactly("[\"before\"]", "[\"after\"]");
        assertThat(states)
                .startsWith("disconnected", "connecting", "connected", "reconnecting")
                .endsWith("connected");
        socket.close().subscribe();
        pass(10);
        assertThat(states).endsWith("disconnected");
    }

    private void pass(int seconds) {
        time.advanceTimeBy(Duration.ofSeconds(seconds));
    }
}
