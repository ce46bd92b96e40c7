package io.agentruntime.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.support.Secrets;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is on the wire, to the byte, as a plain TCP socket sees it. */
class LoopbackWireTest {

    private static final int MAX_FRAME = 70_000;

    private EmbeddedGateway gateway;
    private GatewayAgent alice;

    @BeforeEach
    void start() {
        gateway = EmbeddedGateway.builder()
                .secrets(Secrets::register)
                .maxFrameBytes(MAX_FRAME)
                .start()
                .block(RawClient.LIMIT);
        alice = gateway.agent("alice");
    }

    @AfterEach
    void close() {
        gateway.close().block(RawClient.LIMIT);
    }

    private Socket request(String path, String upgrade) throws IOException {
        URI url = URI.create(gateway.url());
        Socket socket = new Socket(url.getHost(), url.getPort());
        socket.setSoTimeout(10_000);
        String head = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: " + upgrade
                + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private String answer(String path, String upgrade) throws IOException {
        try (Socket socket = request(path, upgrade)) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void refusalsAreBareStatusLines() throws IOException {
        assertThat(answer("/ws/runtime", "websocket")).isEqualTo("HTTP/1.1 401 Unauthorized\r\n\r\n");
        assertThat(answer("/ws/runtime?ticket=00000000-0000-4000-8000-000000000000", "websocket"))
                .isEqualTo("HTTP/1.1 401 Invalid ticket\r\n\r\n");
        assertThat(answer("/ws/runtime?ticket=x", "websocket")).isEqualTo("HTTP/1.1 500 Internal Server Error\r\n\r\n");
    }

    @Test
    void otherUpgradesEndWithoutAByte() throws IOException {
        assertThat(answer("/ws/other", "websocket")).isEmpty();
        assertThat(answer("/ws/runtime/?ticket=x", "websocket")).isEmpty();
        assertThat(answer("/v1/channels", "h2c")).isEmpty();
    }

    private record Frame(boolean last, int opcode, byte[] payload) {}

    private Socket open() throws IOException {
        String ticket = new LoopbackClient(gateway.url()).ticket(alice);
        Socket socket = request("/ws/runtime?ticket=" + ticket, "websocket");
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            head.append((char) socket.getInputStream().read());
        }
        assertThat(head).startsWith("HTTP/1.1 101 ").doesNotContain("permessage-deflate");
        assertThat(read(socket).opcode()).isEqualTo(1);
        return socket;
    }

    private static Frame read(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int first = in.readUnsignedByte();
        int length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = (int) in.readLong();
        }
        return new Frame((first & 0x80) != 0, first & 0x0F, in.readNBytes(length));
    }

    private static List<Frame> message(Socket socket) throws IOException {
        List<Frame> frames = new ArrayList<>();
        do {
            frames.add(read(socket));
        } while (!frames.get(frames.size() - 1).last());
        return frames;
    }

    @Test
    void fragmentsAreContinuationFrames() throws IOException {
        try (Socket socket = open()) {
            gateway.faults().fragmented(3, 1);
            gateway.push(alice, "in.parts");
            assertThat(message(socket)).extracting(Frame::opcode).containsExactly(1, 0, 0);
            gateway.push(alice, "whole");
            assertThat(message(socket)).hasSize(1);
            gateway.push(alice, "large", java.util.Map.of("text", "x".repeat(40_000)));
            assertThat(message(socket)).hasSize(3);
            gateway.faults().oversizedFrame(100_000);
            assertThat(message(socket))
                    .singleElement()
                    .satisfies(frame -> assertThat(frame.payload()).hasSize(100_000));
            gateway.faults().sendText(new byte[] {(byte) 0xC3, 0x28});
            assertThat(message(socket))
                    .singleElement()
                    .satisfies(frame -> assertThat(frame.payload()).containsExactly(0xC3, 0x28));
            gateway.faults().sendGarbage("garbage".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().readNBytes(7))
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo("garbage");
        }
    }

    @Test
    void tooLargeAFrameIsClosedWith1009() throws IOException {
        try (Socket socket = open()) {
            byte[] head = {(byte) 0x81, (byte) 0xFF, 0, 0, 0, 0, 0, 1, 0x20, 0, 0, 0, 0, 0};
            socket.getOutputStream().write(head);
            Frame close = read(socket);
            assertThat(close.opcode()).isEqualTo(8);
            assertThat(((close.payload()[0] & 0xFF) << 8) | (close.payload()[1] & 0xFF))
                    .isEqualTo(1009);
        }
    }

    @Test
    void tornAnswersEndInTheMiddle() throws IOException {
        gateway.faults().breakHttp("GET /v1/runtime/status", 1, BreakPoint.MID_ANSWER);
        URI url = URI.create(gateway.url());
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.getOutputStream()
                    .write(("GET /v1/runtime/status HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + alice.apiKey()
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String torn = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(torn)
                    .startsWith("HTTP/1.1 200 ")
                    .contains("{\"agentId\"")
                    .doesNotContain("session");
        }
    }

    @Test
    void closingLeavesNothingOpen() throws IOException {
        try (Socket frozen = open()) {
            gateway.faults().freezeSockets();
            gateway.close().block(RawClient.LIMIT);
            assertThat(frozen.getInputStream().readAllBytes()).isEmpty();
        }
        assertThat(gateway.sockets()).isZero();
        gateway.close().block(RawClient.LIMIT);
    }
}
