package io.agentruntime.telemetry;

import io.agentruntime.transport.PipeListener;
import io.netty.buffer.ByteBuf;

/** Counts what arrives. */
final class WatchedListener implements PipeListener {

    private final PipeListener listener;
    private final Recorder recorder;
    private final PingClock pings;

    WatchedListener(PipeListener listener, Recorder recorder, PingClock pings) {
        this.listener = listener;
        this.recorder = recorder;
        this.pings = pings;
    }

    @Override
    public void onText(ByteBuf payload) {
        recorder.received(payload.readableBytes());
        listener.onText(payload);
    }

    @Override
    public void onBinary(ByteBuf payload) {
        recorder.received(payload.readableBytes());
        listener.onBinary(payload);
    }

    @Override
    public void onPong() {
        pings.pong();
        listener.onPong();
    }

    @Override
    public void onError(Throwable error) {
        listener.onError(error);
    }

    @Override
    public void onReadStart() {
        listener.onReadStart();
    }

    @Override
    public void onReadComplete() {
        listener.onReadComplete();
    }
}
