package io.agentruntime.testkit.octavus;

import io.agentruntime.testkit.server.SocketHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;

/**
 * One client on a socket of any kind, as a server built with the platform's SDK treats it: one turn at a time, a new one
 * aborts the one before, a stop aborts it too, and neither is answered. The fault switch for latency delays what is sent, so
 * that events of an aborted turn arrive late.
 */
final class AgentConnection implements SocketHandler {

    /** Where its messages go. */
    @FunctionalInterface
    interface Line {
        void send(String text);
    }

    private final OctavusCore core;
    private final Line line;
    private final int number;
    private final Disposable.Swap running = Disposables.swap();
    private final Scheduler.Worker late;
    private long turn;
    private @Nullable String sessionId;

    AgentConnection(OctavusCore core, Line line, int number, @Nullable String sessionId) {
        this.core = core;
        this.line = line;
        this.number = number;
        this.sessionId = sessionId;
        this.late = core.scheduler.createWorker();
    }

    @Override
    public void received(byte[] payload, boolean binary) {
        JsonNode message = OctavusCore.parse(payload);
        if (message == null || !message.isObject()) {
            return;
        }
        ReceivedMessage received = new ReceivedMessage(number, message);
        core.messages.add(received);
        switch (received.type()) {
            case "init" -> sessionId = message.path("sessionId").asString("");
            case "trigger", "continue" -> begin(message);
            case "stop" -> abort();
            default -> {}
        }
    }

    private void begin(JsonNode message) {
        boolean trigger = message.path("type").asString("").equals("trigger");
        if (sessionId == null && core.settings.requireInit()) {
            send(Say.error("validation_error", "Session not initialized. Send init message first.", "platform", false));
            return;
        }
        if (sessionId == null && trigger) {
            sessionId = "session-" + number;
        }
        String session = sessionId;
        if (session == null) {
            return; // a server that makes its sessions by need has none to go on with
        }
        abort();
        long mine = turn;
        core.confined.effect(() -> running.update(
                core.turn(message, session).subscribe(event -> core.confined.run(() -> say(mine, event)))));
    }

    /** What the turn that runs still says is not sent any more. */
    private void abort() {
        turn++;
        core.confined.effect(() -> running.update(Disposables.disposed()));
    }

    private void say(long ofTurn, String event) {
        if (ofTurn == turn) {
            send(event);
        }
    }

    /** Within a change. */
    void send(String event) {
        Duration latency = core.latency();
        if (latency.isZero()) {
            line.send(event);
        } else {
            late.schedule(() -> line.send(event), latency.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void closed() {
        core.connections.remove(this);
        turn++;
        core.confined.effect(() -> {
            running.dispose();
            late.dispose();
        });
    }
}
