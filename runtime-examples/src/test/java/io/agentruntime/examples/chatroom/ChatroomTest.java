package io.agentruntime.examples.chatroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.examples.quickstart.Screen;
import io.agentruntime.phoenix.JoinRefusedException;
import io.agentruntime.phoenix.testkit.ChannelHandler;
import io.agentruntime.phoenix.testkit.EmbeddedPhoenixServer;
import io.agentruntime.phoenix.testkit.ServerChannel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChatroomTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    private final OneGuest oneGuest = new OneGuest(new Screen(out), Duration.ofMillis(300));
    private EmbeddedPhoenixServer server;

    @BeforeEach
    void start() {
        server = EmbeddedPhoenixServer.start().block(LIMIT);
    }

    @AfterEach
    void close() {
        server.close().block(LIMIT);
    }

    @Test
    void twoClientsGoThroughACrashAndARestart() {
        String shown = Chatroom.run(Map.of(), out);

        assertThat(shown)
                .startsWith("two clients were in a room together, heard all 9 and 9 lines in order, passed 4096 bytes")
                .endsWith("left nothing behind");
        assertThat(lines()).anyMatch(line -> line.contains("alice    is out of the room, attempt 1 in "));
        assertThat(lines()).anyMatch(line -> line.contains("bob      reconnecting, attempt 1 in "));
        assertThat(lines()).anyMatch(line -> line.contains("bob      is shown 4096 bytes"));
        assertThat(lines()).anyMatch(line -> line.contains("bob      knocks at the door of a server that is away"));
    }

    @Test
    void oneClientVisitsAServerAndSaysNothing() {
        server.channel("room:*", new ChannelHandler() {
            @Override
            public void joined(ServerChannel channel) {
                channel.push("news", Map.of("text", "hello"));
            }
        });

        String shown = oneGuest.visit(server.url(), "room:lobby").block(LIMIT);

        assertThat(shown).startsWith("connected, joined room:lobby, ").endsWith(" messages heard, left, disconnected");
        assertThat(server.messages())
                .extracting(message -> message.event())
                .containsOnly("heartbeat", "phx_join", "phx_leave");
        assertThat(server.sockets()).isZero();
    }

    @Test
    void aTopicThatTheServerDoesNotKnowIsAnError() {
        assertThatThrownBy(() -> oneGuest.visit(server.url(), "nowhere").block(LIMIT))
                .isInstanceOf(JoinRefusedException.class)
                .hasMessageContaining("unmatched topic");
    }

    private List<String> lines() {
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
