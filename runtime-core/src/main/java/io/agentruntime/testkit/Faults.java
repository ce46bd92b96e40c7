package io.agentruntime.testkit;

import io.agentruntime.testkit.FaultBook.HttpRule;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The fault switches of an {@link EmbeddedGateway}. Each works at once, from any thread, without blocking; those that
 * say "while on" stay until they are switched off, others count down by themselves.
 *
 * <p>Where a call takes a {@code calls} pattern, it is {@code [METHOD ]/path}: {@code *} stands for any text within one
 * segment of the path, {@code **} for any text. Without a method it is for every method.
 *
 * <p>All work over loopback and in memory alike. In memory there are no frames and no bytes: a message split in parts
 * arrives whole, and bytes that are no frame break the connection.
 */
public final class Faults {

    /** For {@code times}: until {@link #reset()}. */
    public static final int ALWAYS = Integer.MAX_VALUE;

    private final GatewayCore core;

    Faults(GatewayCore core) {
        this.core = core;
    }

    /** Switches everything off. What waits at a stalled call or handshake goes on. Frozen sockets stay frozen. */
    public void reset() {
        core.confined.run(() -> {
            boolean thaw = core.faults.halfOpen;
            stopPongs(false);
            core.faults.reset().forEach(core.confined::effect);
            if (thaw) {
                core.sockets.all().forEach(socket -> socket.freeze(false));
            }
        });
    }

    // Sockets

    /** Breaks every socket that is open, without a close frame. */
    public void dropAllSockets() {
        eachSocket(GatewaySocket::cut);
    }

    /** Breaks the sockets of one agent, without a close frame. */
    public void dropSockets(GatewayAgent agent) {
        core.confined.run(() -> core.sockets.of(agent.id()).forEach(GatewaySocket::cut));
    }

    /** Closes every socket that is open, in good order, with a code and a reason. */
    public void closeAll(int code, String reason) {
        eachSocket(socket -> socket.close(code, reason));
    }

    /**
     * While on, every socket is dead both ways, also one opened meanwhile, and the TCP connection stays. Switched off,
     * sockets that still are live again; what the gateway had to say in between is lost.
     */
    public void halfOpen(boolean on) {
        core.confined.run(() -> {
            core.faults.halfOpen = on;
            core.sockets.all().forEach(socket -> socket.freeze(on));
        });
    }

    /** The sockets open now are dead both ways for good, and the TCP connections stay; new ones are not concerned. */
    public void freezeSockets() {
        eachSocket(socket -> {
            socket.frozenForGood = true;
            socket.freeze(true);
        });
    }

    /** While on, pings are noted and not answered. */
    public void stopAnsweringPings(boolean on) {
        core.confined.run(() -> stopPongs(on));
    }

    private void stopPongs(boolean stop) {
        core.faults.pongsStopped = stop;
        core.sockets.all().forEach(socket -> socket.answerPings(!stop));
    }

    /** While on, a handshake is accepted and the socket broken at once, before its first frame. */
    public void dropAfterAccept(boolean on) {
        core.confined.run(() -> core.faults.dropAfterAccept = on);
    }

    /** While on, a socket is broken right after its first frame, which says it is connected: a gateway that flaps. */
    public void dropAfterWelcome(boolean on) {
        core.confined.run(() -> core.faults.dropAfterWelcome = on);
    }

    // Handshakes

    /** Answers the next handshakes with a bare status line, as the gateway does, instead of looking at them. */
    public void refuseUpgrades(int status, int times) {
        core.confined.run(() -> core.faults.refuseUpgrades(status, times));
    }

    /** While on, handshakes get no answer; switched off, those that still wait are looked at. */
    public void stallUpgrades(boolean on) {
        core.confined.run(() -> effect(core.faults.stallUpgrades(on)));
    }

    // Frames

    /** Sends a text message, as it is, on every socket: malformed JSON and the like. */
    public void sendText(String text) {
        sendText(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends bytes as a text message, as they are, on every socket: invalid UTF-8 and the like. */
    public void sendText(byte[] bytes) {
        byte[] copy = bytes.clone();
        eachSocket(socket -> socket.send(copy));
    }

    /** Puts bytes on the wire of every socket, outside any frame. In memory the connection breaks. */
    public void sendGarbage(byte[] bytes) {
        byte[] copy = bytes.clone();
        eachSocket(socket -> socket.sendRaw(copy));
    }

    /** Sends a well-formed event {@code test.oversized} of so many bytes, in one frame, on every socket. */
    public void oversizedFrame(int bytes) {
        core.confined.run(() -> {
            int rest = bytes - oversized("").length;
            byte[] frame = oversized("x".repeat(Math.max(0, rest)));
            core.sockets.all().forEach(socket -> {
                core.faults.fragment(1, 1);
                socket.send(frame);
            });
        });
    }

    private byte[] oversized(String padding) {
        return Json.bytes(core.event("test.oversized", Json.object("padding", padding)));
    }

    /** Sends the next messages, over any socket, in so many frames each. */
    public void fragmented(int parts, int messages) {
        core.confined.run(() -> core.faults.fragment(parts, messages));
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

    /** While on, calls get no answer and nothing is done; switched off, those that still wait are acted on. */
    public void stallHttp(String calls, boolean on) {
        CallPattern pattern = CallPattern.of(calls);
        core.confined.run(() -> effect(core.faults.stallHttp(pattern, on)));
    }

    /** Answers the next calls with 429 and {@code Retry-After} in whole seconds. */
    public void rateLimit(String calls, int times, Duration retryAfter) {
        String seconds = String.valueOf(retryAfter.toSeconds());
        rule(new HttpRule(CallPattern.of(calls), times, () -> HttpRoutes.tooMany(seconds)));
    }

    /** Answers the next calls with 429 and {@code Retry-After} as a date. */
    public void rateLimitUntil(String calls, int times, Instant date) {
        String header = DateTimeFormatter.RFC_1123_DATE_TIME.format(date.atZone(ZoneOffset.UTC));
        rule(new HttpRule(CallPattern.of(calls), times, () -> HttpRoutes.tooMany(header)));
    }

    /** Answers the next calls with an error status, instead of acting on them. */
    public void failHttp(String calls, int status, int times) {
        rule(new HttpRule(CallPattern.of(calls), times, () -> Outcome.Answer.error(status, "Injected failure", null)));
    }

    /** Answers the next calls with 200 and this body, whatever it is, instead of acting on them. */
    public void malformedHttp(String calls, int times, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        rule(new HttpRule(CallPattern.of(calls), times, () -> new Outcome.Answer(200, Map.of(), bytes)));
    }

    /** Breaks the connection of the next calls at this point. */
    public void breakHttp(String calls, int times, BreakPoint where) {
        rule(new HttpRule(CallPattern.of(calls), times, where));
    }

    /** Answers every call for a channel's history so much later; the history is read at the end of the delay. */
    public void delayHistory(Duration delay) {
        core.confined.run(() -> core.faults.historyDelay = delay);
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

    private void rule(HttpRule rule) {
        core.confined.run(() -> core.faults.add(rule));
    }

    private void eachSocket(Consumer<GatewaySocket> action) {
        core.confined.run(() -> core.sockets.all().forEach(action));
    }

    private void effect(@Nullable Runnable effect) {
        if (effect != null) {
            core.confined.effect(effect);
        }
    }
}
