package io.agentruntime.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.SessionEnd;
import io.agentruntime.error.ConnectionLostException;
import io.agentruntime.error.FrameTooLargeException;
import io.agentruntime.net.NetOptions;
import io.agentruntime.net.SecretUri;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Frames as only a peer without manners sends them, and what the client puts on the wire. */
class WebSocketFramesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int TEXT = 0x81;
    private static final int TEXT_BEGIN = 0x01;
    private static final int BINARY_BEGIN = 0x02;
    private static final int MORE = 0x00;
    private static final int LAST = 0x80;
    private static final int CLOSE = 0x88;
    private static final int PING = 0x89;

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final RecordingListener listener = new RecordingListener();
    private RawServer server;
    private RawServer.Peer peer;
    private Pipe pipe;

    @BeforeEach
    void open() {
        server = new RawServer((to, request) -> to.write(RawServer.switching(request) + (char) TEXT + "\u0005early"));
        WebSocketOptions options =
                WebSocketOptions.builder().maxMessageBytes(1000).build();
        pipe = WebSocketConnector.of(NetOptions.defaults(), options, time)
                .connect(PipeRequest.to(SecretUri.of("ws://127.0.0.1:" + server.port() + "/ws")), listener)
                .block(PATIENCE);
        peer = server.peers().next().block(PATIENCE);
        expectEvents("text:early");
    }

    @AfterEach
    void stop() {
        pipe.abort(new IllegalStateException("the test is over"));
        StepVerifier.create(peer.inbound().then()).expectComplete().verify(PATIENCE);
        server.close();
        time.dispose();
    }

    private void expectEvents(String... events) {
        StepVerifier.create(listener.events().take(events.length))
                .expectNext(events)
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void fragmentsBecomeOneMessageAndControlFramesMayComeBetween() {
        peer.frame(BINARY_BEGIN, "a");
        peer.frame(PING, "p");
        peer.frame(MORE, "b");
        peer.frame(LAST, "c");

        expectEvents("text:early", "pong", "pong", "pong", "binary:abc");
        StepVerifier.create(peer.inbound().next())
                .expectNext("a:p")
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void aFragmentedMessageAboveTheLimitIsSkippedAndThePipeLives() {
        peer.frame(TEXT_BEGIN, "x".repeat(600));
        peer.frame(MORE, "x".repeat(600));
        peer.frame(MORE, "x".repeat(600));
        peer.frame(LAST, "x");
        peer.frame(TEXT, "next");

        expectEvents("text:early", "pong", "pong", "pong", "error:FrameTooLargeException", "text:next");
        assertThat(listener.errors).hasSize(1);
    }

    @Test
    void aSingleFrameAboveTheLimitEndsThePipeAndThePeerLearnsWhy() {
        peer.frame(TEXT, "x".repeat(1001));

        assertThat(pipe.ended().block(PATIENCE).cause()).isInstanceOf(FrameTooLargeException.class);
        StepVerifier.create(peer.inbound().next())
                .expectNext("8:1009")
                .expectComplete()
                .verify(PATIENCE);
        time.advanceTimeBy(Duration.ofSeconds(1));
    }

    @Test
    void aMalformedFrameEndsThePipeWith1002() {
        peer.frame(0x83, "reserved opcode");

        SessionEnd end = pipe.ended().block(PATIENCE);
        assertThat(end.initiator()).isEqualTo(SessionEnd.Initiator.NONE);
        assertThat(end.cause()).isInstanceOf(ConnectionLostException.class);
        StepVerifier.create(peer.inbound().next())
                .assertNext(close -> assertThat(close).startsWith("8:1002"))
                .expectComplete()
                .verify(PATIENCE);
        time.advanceTimeBy(Duration.ofSeconds(1));
    }

    @Test
    void aCloseFrameIsEchoedWithItsCode() {
        peer.frame(CLOSE, new byte[] {0x0f, (byte) 0xa1, 'b', 'y', 'e'});

        assertThat(pipe.ended().block(PATIENCE)).isEqualTo(SessionEnd.remote(4001, "bye"));
        StepVerifier.create(peer.inbound())
                .expectNext("8:4001bye")
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void aCloseFrameWithoutACodeIs1005AndEchoedEmpty() {
        peer.frame(CLOSE, "");

        assertThat(pipe.ended().block(PATIENCE)).isEqualTo(SessionEnd.remote(1005, ""));
        StepVerifier.create(peer.inbound()).expectNext("8:").expectComplete().verify(PATIENCE);
    }

    @Test
    void aConnectionThatBreaksIs1006() {
        peer.close();

        SessionEnd end = pipe.ended().block(PATIENCE);
        assertThat(end.status().code()).isEqualTo(1006);
        assertThat(end.cause()).isInstanceOf(ConnectionLostException.class);
    }

    @Test
    void aPeerThatDoesNotAnswerTheCloseIsCutAtTheLimit() {
        List<SessionEnd> ends = new ArrayList<>();
        pipe.ended().subscribe(ends::add);
        pipe.close(1000, "client disconnect", Duration.ofSeconds(3)).subscribe();
        StepVerifier.create(peer.inbound().next())
                .expectNext("8:1000client disconnect")
                .expectComplete()
                .verify(PATIENCE);

        peer.frame(TEXT, "too late to be delivered");
        time.advanceTimeBy(Duration.ofMillis(2999));
        assertThat(ends).isEmpty();
        time.advanceTimeBy(Duration.ofMillis(1));

        assertThat(pipe.ended().block(PATIENCE)).isEqualTo(SessionEnd.local(1000, "client disconnect"));
        StepVerifier.create(peer.inbound().then()).expectComplete().verify(PATIENCE);
        assertThat(listener.received).containsExactly("text:early");
    }
}
