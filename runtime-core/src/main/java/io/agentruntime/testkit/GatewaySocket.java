package io.agentruntime.testkit;

import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/** One WebSocket at the gateway: what came in goes to the core, what goes out passes the fault switches first. */
final class GatewaySocket {

    private final GatewayCore core;
    private final SocketPort port;
    final int number;
    final String agentId;

    /** Refused at the connection limit: it never had a welcome, and what it sends is ignored. */
    final boolean surplus;

    /** Frozen for good, apart from the switch for all sockets. */
    boolean frozenForGood;

    GatewaySocket(GatewayCore core, SocketPort port, int number, String agentId, boolean surplus) {
        this.core = core;
        this.port = port;
        this.number = number;
        this.agentId = agentId;
        this.surplus = surplus;
    }

    /** A whole message arrived. */
    void received(byte[] payload, boolean binary) {
        JsonNode message = Json.parse(payload);
        String type = Json.text(message, "type");
        core.confined.run(() -> {
            core.record(
                    this,
                    binary ? RecordedFrame.Kind.BINARY : RecordedFrame.Kind.TEXT,
                    type == null ? "" : type,
                    new String(payload, StandardCharsets.UTF_8));
            if (message != null && type != null && !surplus) {
                core.frames.receive(this, type, message);
            }
        });
    }

    void pinged() {
        core.confined.run(() -> core.record(this, RecordedFrame.Kind.PING, "", ""));
    }

    /** The peer sent a close frame. */
    void closing(int code, String reason) {
        core.confined.run(() -> core.record(this, RecordedFrame.Kind.CLOSE, "", (code + " " + reason).trim()));
    }

    /** The connection is gone. To be called once, however it ended. */
    void closed() {
        core.confined.run(() -> core.sockets.removed(this));
    }

    // What follows is to be called from within a change.

    void send(byte[] utf8) {
        int parts = core.faults.partsOfNextMessage(utf8.length);
        core.confined.effect(() -> port.text(utf8, parts));
    }

    void sendRaw(byte[] bytes) {
        core.confined.effect(() -> port.raw(bytes));
    }

    void close(int code, String reason) {
        core.confined.effect(() -> port.close(code, reason));
    }

    void cut() {
        core.confined.effect(port::cut);
    }

    void answerPings(boolean on) {
        core.confined.effect(() -> port.answerPings(on));
    }

    void freeze(boolean on) {
        boolean frozen = on || frozenForGood;
        core.confined.effect(() -> port.frozen(frozen));
    }
}
