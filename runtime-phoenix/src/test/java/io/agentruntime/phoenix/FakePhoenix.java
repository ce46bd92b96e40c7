package io.agentruntime.phoenix;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.agentruntime.transport.InMemoryPipe;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.agentruntime.transport.PipeConnector;
import io.agentruntime.transport.PipeListener;
import io.agentruntime.transport.PipeRequest;
import io.agentruntime.transport.WebSocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The server's side of the wire, for tests that say frame by frame what comes. By itself it answers heartbeats, accepts joins,
 * confirms leaves (the reply, then {@code phx_close}), and answers the event {@code echo} with what it carries; {@link
 * #script} goes before all that.
 */
final class FakePhoenix implements PipeConnector {

    static final JsonMapper JSON = JsonMapper.shared();

    /** A frame of the client's; {@code bytes} where it was binary. */
    record Frame(String joinRef, String ref, String topic, String event, JsonNode payload, byte[] bytes, String text) {}

    final List<PipeRequest> requests = new ArrayList<>();
    final List<Connection> connections = new ArrayList<>();

    /** Sees each frame first; true when it has dealt with it. */
    BiPredicate<Connection, Frame> script = (connection, frame) -> false;

    /** How many milliseconds the next frame takes, either way; none overtakes another. */
    LongSupplier latency = () -> 0;

    /** What connecting fails with, while it is set. */
    @Nullable
    Throwable refusal;

    private final Scheduler scheduler;
    private final boolean v1;

    FakePhoenix(Scheduler scheduler, boolean v1) {
        this.scheduler = scheduler;
        this.v1 = v1;
    }

    Connection connection() {
        return connections.get(connections.size() - 1);
    }

    @Override
    public Mono<Pipe> connect(PipeRequest request, PipeListener listener) {
        return Mono.defer(() -> {
            requests.add(request);
            if (refusal != null) {
                return Mono.error(refusal);
            }
            InMemoryPipe.Pair link = InMemoryPipe.pair(scheduler, WebSocketOptions.defaults(), "");
            Connection connection = new Connection(link.server());
            connections.add(connection);
            link.server().attach(connection);
            link.client().attach(listener);
            return Mono.just(link.client());
        });
    }

    final class Connection implements PipeListener {

        final InMemoryPipe pipe;
        final List<Frame> received = new ArrayList<>();
        final Map<String, String> joined = new HashMap<>();
        int pings;
        private long inDue;
        private long outDue;

        private Connection(InMemoryPipe pipe) {
            this.pipe = pipe;
        }

        // ---- What comes

        @Override
        public void onText(ByteBuf payload) {
            String text = payload.toString(UTF_8);
            JsonNode json = JSON.readTree(text);
            receive(
                    v1
                            ? new Frame(
                                    null,
                                    string(json.get("ref")),
                                    string(json.get("topic")),
                                    string(json.get("event")),
                                    json.get("payload"),
                                    null,
                                    text)
                            : new Frame(
                                    string(json.get(0)),
                                    string(json.get(1)),
                                    string(json.get(2)),
                                    string(json.get(3)),
                                    json.get(4),
                                    null,
                                    text));
        }

        @Override
        public void onBinary(ByteBuf payload) {
            ByteBuf in = payload.duplicate();
            if (in.readByte() != 0) {
                throw new AssertionError("A client only pushes");
            }
            int[] lengths = {in.readUnsignedByte(), in.readUnsignedByte(), in.readUnsignedByte(), in.readUnsignedByte()
            };
            String[] header = new String[4];
            for (int i = 0; i < 4; i++) {
                header[i] = in.readCharSequence(lengths[i], UTF_8).toString();
            }
            receive(new Frame(header[0], header[1], header[2], header[3], null, ByteBufUtil.getBytes(in), null));
        }

        @Override
        public void onPong() {
            pings++;
        }

        private void receive(Frame frame) {
            inDue = Math.max(inDue, now() + latency.getAsLong());
            at(inDue, () -> {
                received.add(frame);
                if (!script.test(this, frame)) {
                    answer(frame);
                }
            });
        }

        private void at(long due, Runnable task) {
            if (due <= now()) {
                task.run();
            } else {
                scheduler.schedule(task, due - now(), TimeUnit.MILLISECONDS);
            }
        }

        private long now() {
            return scheduler.now(TimeUnit.MILLISECONDS);
        }

        /** What a healthy server does. */
        void answer(Frame frame) {
            switch (frame.event()) {
                case "heartbeat" -> reply(frame, "ok", "{}");
                case "phx_join" -> {
                    joined.put(frame.topic(), frame.ref());
                    reply(frame, "ok", "{}");
                }
                case "phx_leave" -> {
                    joined.remove(frame.topic());
                    reply(frame, "ok", "{}");
                    close(frame.topic(), frame.joinRef());
                }
                case "echo" -> {
                    if (frame.bytes() != null) {
                        binaryReply(frame, "ok", frame.bytes());
                    } else {
                        reply(frame, "ok", frame.payload().toString());
                    }
                }
                default -> {}
            }
        }

        // ---- What goes

        void raw(String text) {
            outDue = Math.max(outDue, now() + latency.getAsLong());
            at(outDue, () -> pipe.send(OutboundMessage.text(text)).subscribe(nothing -> {}, closed -> {}));
        }

        void rawBinary(byte... bytes) {
            pipe.send(OutboundMessage.binary(allocator -> Unpooled.wrappedBuffer(bytes)))
                    .subscribe();
        }

        void frame(String joinRef, String ref, String topic, String event, String payload) {
            raw(
                    v1
                            ? "{\"topic\":" + quoted(topic) + ",\"event\":" + quoted(event) + ",\"payload\":" + payload
                                    + ",\"ref\":" + quoted(ref) + "}"
                            : "[" + quoted(joinRef) + "," + quoted(ref) + "," + quoted(topic) + "," + quoted(event)
                                    + "," + payload + "]");
        }

        void reply(Frame to, String status, String response) {
            frame(to.joinRef(), to.ref(), to.topic(), "phx_reply", replyPayload(status, response));
        }

        /** As the server answers what it cannot match with a channel: without a join reference. */
        void unmatched(Frame to) {
            frame(null, to.ref(), to.topic(), "phx_reply", replyPayload("error", "{\"reason\":\"unmatched topic\"}"));
        }

        void push(String topic, String event, String payload) {
            frame(joined.get(topic), null, topic, event, payload);
        }

        void broadcast(String topic, String event, String payload) {
            frame(null, null, topic, event, payload);
        }

        void crash(String topic) {
            String joinRef = joined.remove(topic);
            frame(joinRef, v1 ? null : joinRef, topic, "phx_error", "{}");
        }

        void close(String topic, String joinRef) {
            frame(joinRef, v1 ? null : joinRef, topic, "phx_close", "{}");
        }

        private void binaryReply(Frame to, String status, byte[] data) {
            ByteBuf out = Unpooled.buffer();
            out.writeByte(1);
            for (String field : List.of(to.joinRef(), to.ref(), to.topic(), status)) {
                out.writeByte(field.getBytes(UTF_8).length);
            }
            for (String field : List.of(to.joinRef(), to.ref(), to.topic(), status)) {
                out.writeCharSequence(field, UTF_8);
            }
            out.writeBytes(data);
            rawBinary(ByteBufUtil.getBytes(out));
        }

        /** The frames of one event, in order. */
        List<Frame> received(String event) {
            return received.stream()
                    .filter(frame -> frame.event().equals(event))
                    .toList();
        }

        Frame last(String event) {
            List<Frame> frames = received(event);
            return frames.get(frames.size() - 1);
        }

        List<String> events() {
            return received.stream().map(Frame::event).toList();
        }
    }

    static String replyPayload(String status, String response) {
        return "{\"status\":" + quoted(status) + ",\"response\":" + response + "}";
    }

    private static String quoted(@Nullable String text) {
        return text == null ? "null" : JSON.writeValueAsString(text);
    }

    private static @Nullable String string(@Nullable JsonNode node) {
        return node == null || node.isNull() ? null : node.asString();
    }
}
