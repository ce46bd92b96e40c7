package io.agentruntime.testkit.server;

import io.agentruntime.testkit.server.SockJsAnswer.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * A SockJS session over HTTP, in the states and with the timers of the server for Node.
 *
 * <table>
 * <caption>States</caption>
 * <tr><td>CONNECTING</td><td>{@code ->} OPEN</td><td>the first answer takes the frame {@code o}</td></tr>
 * <tr><td>OPEN</td><td>{@code ->} CLOSING</td><td>the server closes it; every answer from now on gets {@code c}</td></tr>
 * <tr><td>any</td><td>{@code ->} CLOSED</td><td>an answer was aborted, or none was asked for in time, or it was cut</td></tr>
 * </table>
 */
final class SockJsSession implements SocketPort {

    private enum State {
        CONNECTING,
        OPEN,
        CLOSING,
        CLOSED
    }

    private final Wire wire;
    private final SockJsSettings settings;
    private final Handshake.Accept accepted;
    private final Runnable onClosed;
    private final Disposable.Swap timer = Disposables.swap();
    private final List<String> waiting = new ArrayList<>();
    private State state = State.CONNECTING;
    private @Nullable ServerSocket socket;
    private @Nullable SockJsAnswer answer;
    private String closeFrame = "";
    private boolean beating;
    private boolean frozen;

    /** @param onClosed strikes it off the books */
    SockJsSession(Wire wire, SockJsSettings settings, Handshake.Accept accepted, Runnable onClosed) {
        this.wire = wire;
        this.settings = settings;
        this.accepted = accepted;
        this.onClosed = onClosed;
        startTimer(settings.disconnectDelay(), this::expired);
    }

    boolean isFrozen() {
        return frozen;
    }

    // --- requests; inside a change

    /** Another answer to receive by. */
    void register(SockJsAnswer next) {
        if (answer != null) {
            next.frame(SockJsFrames.close(2010, "Another connection still open"), 1);
            next.end();
            return;
        }
        stopTimer();
        if (state == State.CLOSING) {
            flushTo(next, 1);
            next.frame(closeFrame, 1);
            next.end();
            startTimer(settings.disconnectDelay(), this::expired);
            return;
        }
        answer = next;
        next.belongsTo(this);
        if (state == State.CONNECTING) {
            state = State.OPEN;
            next.frame("o", 1);
            socket = wire.opened(accepted, this);
        }
        if (answer != null) {
            tryFlush(1);
        }
    }

    /** What came by {@code xhr_send}. */
    void received(List<byte[]> messages) {
        ServerSocket opened = socket;
        for (byte[] message : messages) {
            if (opened != null && state == State.OPEN) {
                opened.received(message, false);
            }
        }
    }

    /** The answer has ended. */
    void unregister(boolean inGoodOrder) {
        answer = null;
        if (inGoodOrder) {
            startTimer(settings.disconnectDelay(), this::expired);
        } else {
            stopTimer();
            expired();
        }
    }

    private void tryFlush(int parts) {
        boolean sent = flushTo(answer, parts);
        if (answer != null && (!sent || !beating)) {
            startTimer(settings.heartbeat(), this::beat);
            beating = true;
        }
    }

    private boolean flushTo(@Nullable SockJsAnswer to, int parts) {
        if (to == null || waiting.isEmpty()) {
            return false;
        }
        String frame = SockJsFrames.messages(waiting);
        waiting.clear();
        to.frame(frame, parts);
        return true;
    }

    // --- timers

    private void startTimer(Duration delay, Runnable task) {
        beating = false;
        timer.update(wire.scheduler.schedule(() -> wire.confined.run(task), delay.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void stopTimer() {
        beating = false;
        timer.update(Disposables.disposed());
    }

    private void beat() {
        SockJsAnswer to = answer;
        if (to != null && !frozen) {
            startTimer(settings.heartbeat(), this::beat);
            beating = true;
            to.frame("h", 1);
        }
    }

    private void expired() {
        if (state == State.CLOSED || answer != null) {
            return;
        }
        state = State.CLOSED;
        timer.dispose();
        onClosed.run();
        if (socket != null) {
            socket.closed();
        }
    }

    /** Gone without a word, as when the process ends. */
    void kill() {
        SockJsAnswer open = answer;
        answer = null;
        if (open != null) {
            open.tear();
        }
        expired();
    }

    /** Gone, with the answer under way ended as if it were full. */
    void forget() {
        SockJsAnswer open = answer;
        answer = null;
        if (open != null) {
            open.belongsTo(null);
            open.end();
        }
        expired();
    }

    // --- what the socket wants; an effect each

    @Override
    public void message(byte[] payload, boolean binary, int parts) {
        wire.confined.run(() -> {
            if (state == State.OPEN && !frozen) {
                waiting.add(new String(payload, StandardCharsets.UTF_8));
                if (answer != null) {
                    tryFlush(parts);
                }
            }
        });
    }

    @Override
    public void close(int code, String reason) {
        wire.confined.run(() -> {
            if (state != State.OPEN || frozen) {
                return;
            }
            state = State.CLOSING;
            closeFrame = SockJsFrames.close(code, reason);
            SockJsAnswer open = answer;
            if (open != null) {
                open.frame(closeFrame, 1);
                open.end();
            }
        });
    }

    @Override
    public void raw(byte[] bytes) {
        wire.confined.run(() -> {
            if (answer != null && !frozen) {
                answer.raw(bytes);
            }
        });
    }

    @Override
    public void cut() {
        wire.confined.run(this::kill);
    }

    @Override
    public void frozen(boolean on) {
        wire.confined.run(() -> frozen = on);
    }

    /** There are none over HTTP. */
    @Override
    public void ping() {}

    /** There are none over HTTP. */
    @Override
    public void answerPings(boolean on) {}

    static Kind kindOf(String transport) {
        return switch (transport) {
            case "xhr" -> Kind.XHR;
            case "xhr_streaming" -> Kind.XHR_STREAMING;
            default -> Kind.EVENTSOURCE;
        };
    }
}
