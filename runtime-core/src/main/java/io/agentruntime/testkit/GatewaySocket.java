package io.agentruntime.testkit;

import io.agentruntime.testkit.server.ServerSocket;
import io.agentruntime.testkit.server.SocketHandler;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/** One WebSocket at the gateway: what came in goes to the core. */
final class GatewaySocket implements SocketHandler {

    private final GatewayCore core;
    final ServerSocket wire;
    final String agentId;

    /** Refused at the connection limit: it never had a welcome, and what it sends is ignored. */
    private final boolean surplus;

    GatewaySocket(GatewayCore core, ServerSocket wire, String agentId, boolean surplus) {
        this.core = core;
        this.wire = wire;
        this.agentId = agentId;
        this.surplus = surplus;
    }

    void send(byte[] utf8) {
        wire.text(utf8);
    }

    @Override
    public void received(byte[] payload, boolean binary) {
        JsonNode message = Json.parse(payload);
        String type = Json.text(message, "type");
        core.record(
                this,
                binary ? RecordedFrame.Kind.BINARY : RecordedFrame.Kind.TEXT,
                type == null ? "" : type,
                new String(payload, StandardCharsets.UTF_8));
        if (message != null && type != null && !surplus) {
            core.frames.receive(this, type, message);
        }
    }

    @Override
    public void pinged() {
        core.record(this, RecordedFrame.Kind.PING, "", "");
    }

    @Override
    public void closing(int code, String reason) {
        core.record(this, RecordedFrame.Kind.CLOSE, "", (code + " " + reason).trim());
    }

    @Override
    public void closed() {
        core.sockets.removed(this);
    }
}
