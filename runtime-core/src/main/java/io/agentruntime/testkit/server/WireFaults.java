package io.agentruntime.testkit.server;

import io.agentruntime.http.HttpReply;
import io.agentruntime.testkit.server.WireFaultBook.BreakPoint;
import io.agentruntime.testkit.server.WireFaultBook.HttpRule;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The fault switches that every embedded server has. Each works at once, from any thread, without blocking; those that
 * say "while on" stay until they are switched off, others count down by themselves.
 *
 * <p>Where a call takes a {@code calls} pattern, it is {@code [METHOD ]/path}: {@code *} stands for any text within one
 * segment of the path, {@code **} for any text. Without a method it is for every method.
 *
 * <p>All work over loopback and in memory alike. In memory there are no frames and no bytes: a message split in parts
 * arrives whole, and bytes that are no frame break the connection.
 */
public class WireFaults {

    /** For {@code times}: until {@link #reset()}. */
    public static final int ALWAYS = Integer.MAX_VALUE;

    private final Wire wire;

    /** The switches of one server; a server with switches of its own adds them in a subclass. */
    public WireFaults(EmbeddedServer server) {
        this.wire = server.wire();
    }

    /** Switches everything off. What waits at a stalled call or handshake goes on. Frozen sockets stay frozen. */
    public void reset() {
        wire.confined.run(() -> {
            boolean thaw = wire.faults.halfOpen;
            stopPongs(false);
            wire.faults.reset().forEach(wire.confined::effect);
            if (thaw) {
                wire.sockets().forEach(socket -> socket.freeze(false));
            }
        });
    }

    // Sockets

    /** Breaks every socket that is open, without a close frame. */
    public void dropAllSockets() {
        eachSocket(ServerSocket::cut);
    }

    /** Breaks every socket that is open in the middle of a frame. */
    public void cutMidFrame() {
        eachSocket(ServerSocket::cutMidFrame);
    }

    /** Closes every socket that is open, in good order, with a code and a reason. */
    public void closeAll(int code, String reason) {
        eachSocket(socket -> socket.close(code, reason));
    }

    /**
     * While on, every socket is dead both ways, also one opened meanwhile, and the TCP connection stays. Switched off,
     * sockets that still are live again; what the server had to say in between is lost.
     */
    public void halfOpen(boolean on) {
        wire.confined.run(() -> {
            wire.faults.halfOpen = on;
            wire.sockets().forEach(socket -> socket.freeze(on));
        });
    }

    /** The sockets open now are dead both ways for good, and the TCP connections stay; new ones are not concerned. */
    public void freezeSockets() {
        eachSocket(ServerSocket::freezeForGood);
    }

    /** While on, pings are noted and not answered. */
    public void stopAnsweringPings(boolean on) {
        wire.confined.run(() -> stopPongs(on));
    }

    private void stopPongs(boolean stop) {
        wire.faults.pongsStopped = stop;
        wire.sockets().forEach(socket -> socket.answerPings(!stop));
    }

    /** While on, a handshake is accepted and the socket broken at once, before its first frame. */
    public void dropAfterAccept(boolean on) {
        wire.confined.run(() -> wire.faults.dropAfterAccept = on);
    }

    // Handshakes

    /** Refuses the next handshakes with a status, instead of looking at them. */
    public void refuseUpgrades(int status, int times) {
        wire.confined.run(() -> wire.faults.refuseUpgrades(status, times));
    }

    /** While on, handshakes get no answer; switched off, those that still wait are looked at. */
    public void stallUpgrades(boolean on) {
        wire.confined.run(() -> effect(wire.faults.stallUpgrades(on)));
    }

    // Frames

    /** Sends a text message, as it is, on every socket: malformed JSON and the like. */
    public void sendText(String text) {
        sendText(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends bytes as a text message, as they are, on every socket: invalid UTF-8 and the like. */
    public void sendText(byte[] bytes) {
        byte[] copy = bytes.clone();
        eachSocket(socket -> socket.text(copy));
    }

    /** Sends a binary message on every socket. */
    public void sendBinary(byte[] bytes) {
        byte[] copy = bytes.clone();
        eachSocket(socket -> socket.binary(copy));
    }

    /** Puts bytes on the wire of every socket, outside any frame. In memory the connection breaks. */
    public void sendGarbage(byte[] bytes) {
        byte[] copy = bytes.clone();
        eachSocket(socket -> socket.raw(copy));
    }

    /** Sends a message of so many bytes, in one frame, on every socket. */
    public void oversizedFrame(int bytes) {
        byte[] frame = new byte[bytes];
        Arrays.fill(frame, (byte) 'x');
        sendInOneFrame(frame);
    }

    /** Sends a text message, as it is, in one frame, on every socket. */
    protected final void sendInOneFrame(byte[] utf8) {
        eachSocket(socket -> socket.textInOneFrame(utf8));
    }

    /** Sends the next messages, over any socket, in so many frames each. */
    public void fragmented(int parts, int messages) {
        wire.confined.run(() -> wire.faults.fragment(parts, messages));
    }

    // HTTP

    /** While on, calls get no answer and nothing is done; switched off, those that still wait are acted on. */
    public void stallHttp(String calls, boolean on) {
        CallPattern pattern = CallPattern.of(calls);
        wire.confined.run(() -> effect(wire.faults.stallHttp(pattern, on)));
    }

    /** Acts on every call, and answers it, so much later; zero takes it back. */
    public void delayHttp(String calls, Duration delay) {
        CallPattern pattern = CallPattern.of(calls);
        wire.confined.run(() -> wire.faults.delayHttp(pattern, delay));
    }

    /** Answers the next calls with 429 and {@code Retry-After} in whole seconds. */
    public void rateLimit(String calls, int times, Duration retryAfter) {
        tooMany(calls, times, String.valueOf(retryAfter.toSeconds()));
    }

    /** Answers the next calls with 429 and {@code Retry-After} as a date. */
    public void rateLimitUntil(String calls, int times, Instant date) {
        tooMany(calls, times, DateTimeFormatter.RFC_1123_DATE_TIME.format(date.atZone(ZoneOffset.UTC)));
    }

    private void tooMany(String calls, int times, String retryAfter) {
        rule(new HttpRule(CallPattern.of(calls), times, () -> {
            HttpReply reply = wire.failure(429);
            Map<String, String> headers = new HashMap<>(reply.headers());
            headers.put("retry-after", retryAfter);
            return new HttpReply(429, headers, reply.body());
        }));
    }

    /** Answers the next calls with an error status, instead of acting on them. */
    public void failHttp(String calls, int status, int times) {
        rule(new HttpRule(CallPattern.of(calls), times, () -> wire.failure(status)));
    }

    /** Answers the next calls with 200 and this body, whatever it is, as JSON, instead of acting on them. */
    public void malformedHttp(String calls, int times, String body) {
        HttpReply reply =
                new HttpReply(200, Map.of("content-type", "application/json"), body.getBytes(StandardCharsets.UTF_8));
        rule(new HttpRule(CallPattern.of(calls), times, () -> reply));
    }

    /** Closes the connection of the next calls; nothing is done. */
    public void hangUpHttp(String calls, int times) {
        rule(new HttpRule(CallPattern.of(calls), times, BreakPoint.BEFORE_ACTING));
    }

    /** Acts on the next calls, and closes the connection without an answer. */
    public void loseAnswers(String calls, int times) {
        rule(new HttpRule(CallPattern.of(calls), times, BreakPoint.AFTER_ACTING));
    }

    /** Acts on the next calls, and closes the connection in the middle of the answer; a stream after its first chunk. */
    public void tearAnswers(String calls, int times) {
        rule(new HttpRule(CallPattern.of(calls), times, BreakPoint.MID_ANSWER));
    }

    private void rule(HttpRule rule) {
        wire.confined.run(() -> wire.faults.add(rule));
    }

    private void eachSocket(Consumer<ServerSocket> action) {
        wire.confined.run(() -> wire.sockets().forEach(action));
    }

    private void effect(@Nullable Runnable effect) {
        if (effect != null) {
            wire.confined.effect(effect);
        }
    }
}
