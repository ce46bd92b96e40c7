package io.agentruntime.testkit;

import io.agentruntime.testkit.server.EmbeddedServer;
import io.agentruntime.testkit.server.WireFaults;
import java.time.Duration;

/** The fault switches of an {@link EmbeddedGateway}: those that every embedded server has, and the gateway's own. */
public final class Faults extends WireFaults {

    /** For {@code times}: until {@link #reset()}. */
    public static final int ALWAYS = WireFaults.ALWAYS;

    private final GatewayCore core;

    Faults(EmbeddedServer server, GatewayCore core) {
        super(server);
        this.core = core;
    }

    @Override
    public void reset() {
        core.confined.run(() -> {
            core.faults.reset();
            super.reset();
        });
    }

    // Sockets

    /** Breaks the sockets of one agent, without a close frame. */
    public void dropSockets(GatewayAgent agent) {
        core.confined.run(() -> core.sockets.of(agent.id()).forEach(socket -> socket.wire.cut()));
    }

    /** While on, a socket is broken right after its first frame, which says it is connected: a gateway that flaps. */
    public void dropAfterWelcome(boolean on) {
        core.confined.run(() -> core.faults.dropAfterWelcome = on);
    }

    /** Sends a well-formed event {@code test.oversized} of so many bytes, in one frame, on every socket. */
    @Override
    public void oversizedFrame(int bytes) {
        core.confined.run(() -> {
            int rest = bytes - oversized("").length;
            sendInOneFrame(oversized("x".repeat(Math.max(0, rest))));
        });
    }

    private byte[] oversized(String padding) {
        return Json.bytes(core.event("test.oversized", Json.object("padding", padding)));
    }

    // Subscriptions and sessions

    /** Answers every subscribe of a channel with {@code channel.error}. */
    public void denySubscription(GatewayChannel channel) {
        core.confined.run(() -> core.faults.deniedChannels.add(channel.id()));
    }

    /** Never answers a subscribe of a channel, and does not take it up. */
    public void silentSubscription(GatewayChannel channel) {
        core.confined.run(() -> core.faults.silentChannels.add(channel.id()));
    }

    /** Takes {@link #denySubscription} and {@link #silentSubscription} back. */
    public void allowSubscription(GatewayChannel channel) {
        core.confined.run(() -> {
            core.faults.deniedChannels.remove(channel.id());
            core.faults.silentChannels.remove(channel.id());
        });
    }

    /** Ends an agent's session in the books, as for want of heartbeats; its sockets stay and go on delivering. */
    public void reapSession(GatewayAgent agent) {
        core.confined.run(() -> core.sessions.endAll(agent.id()));
    }

    // HTTP

    /** Breaks the connection of the next calls at this point. */
    public void breakHttp(String calls, int times, BreakPoint where) {
        switch (where) {
            case BEFORE_ACTING -> hangUpHttp(calls, times);
            case AFTER_ACTING -> loseAnswers(calls, times);
            case MID_ANSWER -> tearAnswers(calls, times);
        }
    }

    /** Answers every call for a channel's history so much later; the history is read at the end of the delay. */
    public void delayHistory(Duration delay) {
        delayHttp("GET /v1/channels/*/messages", delay);
    }

    // Content

    /** Answers messages that contain this text with 422, as the gateway's safety check does. */
    public void blockMessages(String containing) {
        core.confined.run(() -> core.faults.blockedTexts.add(containing));
    }

    /** Messages that contain this text are delivered live and are missing in the history. */
    public void quarantineMessages(String containing) {
        core.confined.run(() -> core.faults.quarantinedTexts.add(containing));
    }
}
