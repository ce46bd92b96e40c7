package io.agentruntime.phoenix.testkit;

import io.agentruntime.phoenix.testkit.Serializer.MalformedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * One client's socket, whatever its transport: what a socket process is in Phoenix. While a join takes its time nothing
 * else happens on it, in either direction. Within changes only.
 */
final class Connection {

    private static final Logger log = LoggerFactory.getLogger(Connection.class);
    private static final int CRASHED = 1011;

    private record Inbound(WireMessage message, Runnable done) {}

    private final Hub hub;
    private final Outlet outlet;
    private final Serializer serializer;
    private final ConnectRequest request;
    private final @Nullable String id;
    private final int number;
    private final Map<String, ServerChannel> channels = new LinkedHashMap<>();
    private final Queue<Inbound> inbox = new ArrayDeque<>();
    private final Queue<WireMessage> held = new ArrayDeque<>();

    /** The topic whose join the socket waits for. */
    private @Nullable String joining;

    private boolean leftWhileJoining;
    private boolean open = true;

    Connection(Hub hub, Outlet outlet, Serializer serializer, ConnectRequest request, @Nullable String id, int number) {
        this.hub = hub;
        this.outlet = outlet;
        this.serializer = serializer;
        this.request = request;
        this.id = id;
        this.number = number;
    }

    int number() {
        return number;
    }

    ConnectRequest request() {
        return request;
    }

    @Nullable
    String id() {
        return id;
    }

    /** A whole frame arrived; {@code done} runs when it was acted on, unless the socket crashes over it. */
    void received(byte[] frame, boolean binary, Runnable done) {
        if (!open) {
            return;
        }
        WireMessage message;
        try {
            message = serializer.decode(frame, binary);
        } catch (MalformedException e) {
            hub.recordMalformed(this, frame);
            close(CRASHED, "");
            return;
        }
        hub.record(this, message);
        if (joining == null) {
            handle(message, done);
        } else if (message.event().equals("phx_leave") && message.topic().equals(joining)) {
            // It never gets a reply (observed).
            leftWhileJoining = true;
            done.run();
        } else {
            inbox.add(new Inbound(message, done));
        }
    }

    private void handle(WireMessage message, Runnable done) {
        if (message.topic().equals("phoenix") && message.event().equals("heartbeat")) {
            if (!hub.faults.heartbeatsStopped) {
                send(WireMessage.reply(null, message.ref(), "phoenix", "ok", WireMessage.EMPTY));
            }
        } else if (message.event().equals("phx_join")) {
            join(message, done);
            return;
        } else {
            ServerChannel channel = channels.get(message.topic());
            if (channel == null) {
                unmatched(message);
            } else if (message.event().equals("phx_leave")) {
                leave(channel, message);
            } else {
                push(channel, message);
            }
        }
        done.run();
    }

    /** The join's ref is null even where the message had one (observed). */
    private void unmatched(WireMessage message) {
        refuse(null, message, "unmatched topic");
    }

    private void refuse(@Nullable String joinRef, WireMessage message, String reason) {
        send(WireMessage.reply(joinRef, message.ref(), message.topic(), "error", Map.of("reason", reason)));
    }

    // Joining

    private void join(WireMessage message, Runnable done) {
        ChannelHandler handler = hub.handlerOf(message.topic());
        ServerChannel old = channels.remove(message.topic());
        if (old != null) {
            old.terminate();
        }
        if (handler == null) {
            unmatched(message);
            closeDuplicate(old);
            done.run();
        } else if (channels.size() >= hub.settings.maxChannels()) {
            refuse(message.joinRef(), message, "too many channels joined");
            done.run();
        } else {
            ServerChannel channel = new ServerChannel(hub, this, handler, message.topic(), message.joinRef());
            decide(new Joining(channel, message, old, done), ask(channel, message));
        }
    }

    private record Joining(
            ServerChannel channel,
            WireMessage message,
            @Nullable ServerChannel old,
            Runnable done) {}

    private JoinDecision ask(ServerChannel channel, WireMessage message) {
        JoinDecision fault = hub.faults.nextJoin(channel);
        if (fault != null) {
            return fault;
        }
        try {
            return channel.handler().join(channel, message.json());
        } catch (RuntimeException e) {
            log.debug("A join handler failed", e);
            return JoinDecision.crash();
        }
    }

    private void decide(Joining join, JoinDecision decision) {
        if (decision instanceof JoinDecision.Later later) {
            joining = join.channel().topic();
            Mono<JoinDecision> decided =
                    later.join().onErrorReturn(JoinDecision.crash()).defaultIfEmpty(JoinDecision.crash());
            hub.confined.effect(() -> decided.subscribe(next -> hub.confined.run(() -> {
                if (open) {
                    joining = null;
                    decide(join, next);
                    proceed();
                }
            })));
            return;
        }
        answer(join, decision);
    }

    private void answer(Joining join, JoinDecision decision) {
        ServerChannel channel = join.channel();
        WireMessage message = join.message();
        boolean accepted = decision instanceof JoinDecision.Decided decided && decided.accepted();
        if (accepted) {
            channels.put(channel.topic(), channel);
            channel.open();
        }
        Object response = decision instanceof JoinDecision.Decided decided
                ? decided.response()
                : Map.of("reason", "join crashed");
        send(WireMessage.reply(channel.joinRef(), message.ref(), channel.topic(), accepted ? "ok" : "error", response));
        closeDuplicate(join.old());
        if (accepted && leftWhileJoining) {
            forget(channel);
        } else if (accepted) {
            attempt(channel, () -> channel.handler().joined(channel));
        }
        leftWhileJoining = false;
        join.done().run();
    }

    /** After the reply to the new join (observed). */
    private void closeDuplicate(@Nullable ServerChannel old) {
        if (old != null) {
            send(WireMessage.end(old.joinRef(), old.topic(), false));
        }
    }

    /** What was held back while a join took its time: what the server had to say, then what the client said. */
    private void proceed() {
        while (joining == null && !held.isEmpty()) {
            write(held.remove());
        }
        while (joining == null && !inbox.isEmpty() && open) {
            Inbound next = inbox.remove();
            handle(next.message(), next.done());
        }
    }

    // A channel's life

    private void leave(ServerChannel channel, WireMessage message) {
        if (serializer == Serializer.V2 && !String.valueOf(channel.joinRef()).equals(message.joinRef())) {
            // A leave of an earlier join gets no reply (observed).
            return;
        }
        send(WireMessage.reply(channel.joinRef(), message.ref(), channel.topic(), "ok", WireMessage.EMPTY));
        end(channel, false);
    }

    private void push(ServerChannel channel, WireMessage message) {
        attempt(channel, () -> {
            ServerReply reply = channel.handler().handle(channel, ClientPush.of(message));
            apply(channel, message, reply);
        });
    }

    private void apply(ServerChannel channel, WireMessage message, ServerReply reply) {
        if (!channel.isOpenNow()) {
            return;
        }
        if (reply instanceof ServerReply.Answer answer) {
            if (!hub.faults.losesReply(channel)) {
                send(
                        channel,
                        WireMessage.reply(
                                channel.joinRef(), message.ref(), channel.topic(), answer.status(), answer.response()));
            }
        } else if (reply instanceof ServerReply.Later later) {
            Mono<ServerReply> decided = later.reply().onErrorReturn(ServerReply.crash());
            hub.confined.effect(() -> decided.subscribe(next -> hub.confined.run(() -> apply(channel, message, next))));
        } else if (reply instanceof ServerReply.Crash) {
            end(channel, true);
        } else if (reply instanceof ServerReply.Stop stop) {
            apply(channel, message, stop.first());
            if (channel.isOpenNow()) {
                end(channel, false);
            }
        }
    }

    /** Runs application code; what it throws crashes the channel. */
    private void attempt(ServerChannel channel, Runnable code) {
        try {
            code.run();
        } catch (RuntimeException e) {
            log.debug("A channel handler failed", e);
            if (channel.isOpenNow()) {
                end(channel, true);
            }
        }
    }

    void end(ServerChannel channel, boolean crashed) {
        forget(channel);
        send(WireMessage.end(serializer == Serializer.V2 ? channel.joinRef() : null, channel.topic(), crashed));
    }

    private void forget(ServerChannel channel) {
        channels.remove(channel.topic(), channel);
        channel.terminate();
    }

    // Out

    /** On behalf of a channel, which crashes over what its serializer cannot write. */
    void send(ServerChannel channel, WireMessage message) {
        if (serializer == Serializer.V1 && message.isBinary()) {
            end(channel, true);
        } else {
            send(message);
        }
    }

    private void send(WireMessage message) {
        if (joining != null) {
            held.add(message);
        } else {
            write(message);
        }
    }

    private void write(WireMessage message) {
        if (!open) {
            return;
        }
        if (message.isBinary()) {
            outlet.binary(serializer.binary(message));
        } else {
            outlet.text(serializer.text(message));
        }
    }

    List<ServerChannel> channels() {
        return new ArrayList<>(channels.values());
    }

    /** Ends the transport, and with it everything. */
    void close(int code, String reason) {
        if (open) {
            outlet.close(code, reason);
            gone();
        }
    }

    /** The transport is gone. */
    void gone() {
        if (open) {
            open = false;
            inbox.clear();
            held.clear();
            hub.removed(this);
            channels().forEach(this::forget);
        }
    }
}
