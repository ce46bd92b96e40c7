package io.agentruntime.telemetry;

import io.agentruntime.connection.SessionEnd;
import io.agentruntime.transport.OutboundMessage;
import io.agentruntime.transport.Pipe;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import reactor.core.publisher.Mono;

/** Counts what is sent, as it is encoded, and starts the clock of pings. */
final class WatchedPipe implements Pipe {

    private final Pipe pipe;
    private final Recorder recorder;
    private final PingClock pings;

    WatchedPipe(Pipe pipe, Recorder recorder, PingClock pings) {
        this.pipe = pipe;
        this.recorder = recorder;
        this.pings = pings;
    }

    @Override
    public Mono<Void> send(OutboundMessage message) {
        return pipe.send(
                new OutboundMessage(message.binary(), message.urgent(), allocator -> encode(message, allocator)));
    }

    private ByteBuf encode(OutboundMessage message, ByteBufAllocator allocator) {
        ByteBuf encoded = message.encoder().apply(allocator);
        recorder.sent(encoded.readableBytes());
        return encoded;
    }

    @Override
    public void ping() {
        pings.ping();
        pipe.ping();
    }

    @Override
    public String subprotocol() {
        return pipe.subprotocol();
    }

    @Override
    public void reading(boolean on) {
        pipe.reading(on);
    }

    @Override
    public void reading(BooleanSupplier wanted) {
        pipe.reading(wanted);
    }

    @Override
    public long queuedBytes() {
        return pipe.queuedBytes();
    }

    @Override
    public Mono<Void> flushed() {
        return pipe.flushed();
    }

    @Override
    public Mono<Void> close(int code, String reason, Duration limit) {
        return pipe.close(code, reason, limit);
    }

    @Override
    public void abort(Throwable cause) {
        pipe.abort(cause);
    }

    @Override
    public Mono<SessionEnd> ended() {
        return pipe.ended();
    }
}
