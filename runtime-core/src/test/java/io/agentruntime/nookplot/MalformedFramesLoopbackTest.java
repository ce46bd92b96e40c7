package io.agentruntime.nookplot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.json.BrokenFrames;
import io.agentruntime.json.BrokenFrames.BrokenFrame;
import io.agentruntime.stream.StreamOptions;
import io.agentruntime.testkit.GatewayChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Frames that cannot be read, one after the other over one socket, with good messages in between. */
class MalformedFramesLoopbackTest extends LoopbackScenario {

    private static final StreamOptions ROOMY = StreamOptions.defaults().withCapacity(10_000);

    private GatewayChannel lobby;
    private NookplotRuntime runtime;
    private String session;
    private final List<RuntimeClientException> errors = synchronizedList();
    private final List<String> messages = synchronizedList();
    private final List<String> types = synchronizedList();

    @BeforeEach
    void connect() {
        lobby = gateway.channel("lobby", alice, bob);
        runtime = connected(options ->
                options.autoSubscribe(false).streams(ROOMY).webSocket(socket -> socket.maxMessageBytes(16 << 20)));
        runtime.channels().subscribe(lobby.id()).block(LIMIT);
        session = sessionId(runtime.currentState());
        runtime.errors().subscribe(errors::add);
        runtime.channels().messages(lobby.id()).map(ChannelMessage::content).subscribe(messages::add);
        runtime.events().all().map(GatewayEvent::type).subscribe(types::add);
    }

    /** Sends each frame with a good message behind it. */
    private void send(List<BrokenFrame> frames) {
        for (int i = 0; i < frames.size(); i++) {
            gateway.faults().sendText(frames.get(i).bytes());
            gateway.post(bob, lobby, String.valueOf(i));
        }
        eventually("the last good message", () -> messages.size() >= frames.size());
        gateway.push(alice, "the.end");
        eventually("the end", () -> types.contains("the.end"));
        gateway.faults().sendText("the end");
        eventually("the last report", () -> {
            synchronized (errors) {
                return errors.removeIf(
                        error -> ((DecodeException) error).excerpt().equals("the end"));
            }
        });
        assertThat(messages)
                .containsExactlyElementsOf(IntStream.range(0, frames.size())
                        .mapToObj(String::valueOf)
                        .toList());
        assertThat(runtime.currentState()).isInstanceOf(Connected.class);
        assertThat(sessionId(runtime.currentState())).isEqualTo(session);
        assertThat(gateway.sessionsOpened(alice)).isEqualTo(1);
    }

    private List<String> excerpts() {
        List<String> excerpts = new ArrayList<>();
        for (RuntimeClientException error : errors) {
            assertThat(error).isInstanceOf(DecodeException.class);
            excerpts.add(((DecodeException) error).excerpt());
        }
        assertThat(excerpts).allMatch(excerpt -> excerpt.length() <= 200);
        return excerpts;
    }

    private void assertReportedInOrder(List<BrokenFrame> frames) {
        List<String> excerpts = excerpts();
        for (int i = 0; i < Math.min(frames.size(), excerpts.size()); i++) {
            BrokenFrame frame = frames.get(i);
            assertThat(excerpts.get(i)).as(frame.name()).startsWith(beginning(frame.bytes()));
        }
        assertThat(excerpts).hasSameSizeAs(frames);
    }

    /** Messages are read where they are wanted, so that reports of them may come later than those of other frames. */
    private void assertReportedOnceEach(List<BrokenFrame> frames) {
        List<String> excerpts = excerpts();
        for (BrokenFrame frame : frames) {
            String whole = new String(frame.bytes(), UTF_8);
            String found = excerpts.stream()
                    .filter(whole::contains)
                    .max(Comparator.comparingInt(String::length)) // some are empty
                    .orElse(null);
            assertThat(found).as(frame.name()).isNotNull();
            excerpts.remove(found);
        }
        assertThat(excerpts).isEmpty();
    }

    /** As far as it is plain. */
    private static String beginning(byte[] frame) {
        return new String(frame, 0, Math.min(frame.length, 200), ISO_8859_1)
                .chars()
                .takeWhile(c -> c >= ' ' && c <= '~')
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    @Test
    void brokenFramesAreReportedAndNothingElseHappens() {
        List<BrokenFrame> frames = BrokenFrames.all();
        assertThat(frames).hasSizeGreaterThan(200);

        send(frames);

        assertReportedInOrder(frames);
        assertThat(types).containsOnly(GatewayEvent.CHANNEL_MESSAGE, "the.end");
    }

    @Test
    void wellFormedFramesOfTheWrongShapeAreReportedAndNothingElseHappens() {
        List<BrokenFrame> frames = wrongShapes();
        assertThat(frames).hasSizeGreaterThan(80);
        // What is announced is read only when somebody wants it.
        runtime.inbox().messages().subscribe();

        send(frames);

        assertReportedOnceEach(frames);
    }

    private List<BrokenFrame> wrongShapes() {
        List<BrokenFrame> frames = new ArrayList<>();
        List<String> wrong = List.of("7", "1.5", "true", "[]", "[\"a\"]", "{}", "{\"a\":1}", "null");
        for (String type : List.of(
                "connection.state",
                "channel.joined",
                "channel.left",
                "channel.error",
                "channel.message",
                "message.received",
                "bounty.new")) {
            for (String data : List.of("null", "1", "true", "\"text\"", "[]", "[{\"channelId\":\"c\"}]")) {
                frames.add(frame(type + " with data " + data, "{\"type\":\"" + type + "\",\"data\":" + data + "}"));
            }
            if (!type.equals("bounty.new")) {
                frames.add(frame(type + " with empty data", "{\"type\":\"" + type + "\",\"data\":{}}"));
                frames.add(frame(type + " without data", "{\"type\":\"" + type + "\"}"));
            }
        }
        for (String value : wrong) {
            frames.add(event("connection.state", "{\"state\":" + value + "}"));
            for (String type : List.of("channel.joined", "channel.left", "channel.error")) {
                frames.add(event(type, "{\"channelId\":" + value + "}"));
            }
            frames.add(event("channel.message", message(value, "\"m\"", "\"text\"")));
            frames.add(event("channel.message", message("\"" + lobby.id() + "\"", value, "\"text\"")));
            frames.add(event("channel.message", message("\"" + lobby.id() + "\"", "\"m\"", value)));
            frames.add(event("message.received", "{\"messageId\":" + value + ",\"from\":\"0x1\",\"preview\":\"a\"}"));
            frames.add(event("message.received", "{\"messageId\":\"m\",\"from\":" + value + ",\"preview\":\"a\"}"));
        }
        return frames;
    }

    private static String message(String channelId, String messageId, String content) {
        return "{\"channelId\":" + channelId + ",\"messageId\":" + messageId + ",\"from\":\"0x1\",\"content\":"
                + content + "}";
    }

    private static BrokenFrame event(String type, String data) {
        return frame(type + " with " + data, "{\"type\":\"" + type + "\",\"data\":" + data + "}");
    }

    private static BrokenFrame frame(String name, String text) {
        return new BrokenFrame(name, text.getBytes(UTF_8));
    }
}
