package io.agentruntime.testkit.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open WebSocket at an embedded server. What its methods do becomes an effect of the running change, so sockets keep
 * the order in which the protocol spoke; they may be called from anywhere, never block and never fail.
 */
public final class ServerSocket {

    private static final Logger log = LoggerFactory.getLogger(ServerSocket.class);

    private final Wire wire;
    private final SocketPort port;
    private final int number;
    private @Nullable SocketHandler handler;
    private boolean frozenForGood;

    ServerSocket(Wire wire, SocketPort port, int number) {
        this.wire = wire;
        this.port = port;
        this.number = number;
    }

    /** Counted from 1 over the server's life. */
    public int number() {
        return number;
    }

    /** Sends a text message. */
    public void text(String text) {
        text(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a text message, these bytes as they are. */
    public void text(byte[] utf8) {
        send(utf8, false);
    }

    /** Sends a binary message. */
    public void binary(byte[] bytes) {
        send(bytes, true);
    }

    private void send(byte[] payload, boolean binary) {
        wire.confined.run(() -> message(payload, binary, wire.faults.partsOfNextMessage(payload.length)));
    }

    void message(byte[] payload, boolean binary, int parts) {
        effect(() -> port.message(payload, binary, parts));
    }

    /** Sends a ping. */
    public void ping() {
        effect(port::ping);
    }

    /** Closes in good order. */
    public void close(int code, String reason) {
        effect(() -> port.close(code, reason));
    }

    /** Breaks the connection without a close frame. */
    public void cut() {
        effect(port::cut);
    }

    // What only the fault switches do

    void textInOneFrame(byte[] utf8) {
        message(utf8, false, 1);
    }

    void raw(byte[] bytes) {
        effect(() -> port.raw(bytes));
    }

    /** The head of a text frame of 1,000 bytes, and half of it. */
    void cutMidFrame() {
        byte[] half = ByteBuffer.allocate(504)
                .put((byte) 0x81)
                .put((byte) 126)
                .putShort((short) 1_000)
                .array();
        effect(() -> {
            port.raw(half);
            port.cut();
        });
    }

    void answerPings(boolean on) {
        effect(() -> port.answerPings(on));
    }

    void freeze(boolean on) {
        boolean frozen = on || frozenForGood;
        effect(() -> port.frozen(frozen));
    }

    void freezeForGood() {
        frozenForGood = true;
        freeze(true);
    }

    boolean isFrozenForGood() {
        return frozenForGood;
    }

    private void effect(Runnable effect) {
        wire.confined.run(() -> wire.confined.effect(effect));
    }

    // What a face calls

    void handler(SocketHandler taker) {
        handler = taker;
    }

    void received(byte[] payload, boolean binary) {
        handle(taker -> taker.received(payload, binary));
    }

    void pinged() {
        handle(SocketHandler::pinged);
    }

    void ponged() {
        handle(SocketHandler::ponged);
    }

    void closing(int code, String reason) {
        handle(taker -> taker.closing(code, reason));
    }

    void closed() {
        wire.confined.run(() -> wire.removed(this));
        handle(SocketHandler::closed);
    }

    private interface Event {
        void on(SocketHandler handler);
    }

    private void handle(Event event) {
        try {
            wire.confined.run(() -> {
                if (handler != null) {
                    event.on(handler);
                }
            });
        } catch (RuntimeException e) {
            log.warn("An embedded server failed on a socket, which breaks", e);
            cut();
        }
    }
}
